import { platformObject } from "@gatehouse/contracts"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { send, sendRaw, untilClosed } from "../testing/send.ts"
import {
  acmeProject,
  acmeSubjects,
  globex,
  missingProject,
  startTestGateway,
  type TestGateway,
} from "../testing/start-test-gateway.ts"

let gateway: TestGateway
let acmeToken: string
let globexToken: string
beforeAll(async () => {
  gateway = await startTestGateway()
  acmeToken = await gateway.realms.acme.token({ sub: acmeSubjects.developer })
  globexToken = await gateway.realms.globex.token()
})
afterAll(() => gateway.close())

const get = (host: string, token: string | undefined, path = "/v1/me") =>
  send(gateway.port, path, { host, token })

describe("the organization", () => {
  test("is the issuer's on its own host, in every canonical spelling", async () => {
    for (const host of [
      "acme.localhost",
      "ACME.localhost",
      "acme.localhost:8080",
      "acme.localhost.",
      "Acme.LOCALHOST.:1",
    ]) {
      const { status, echo } = await get(host, acmeToken)
      expect([host, status, echo.principal?.organization]).toEqual([host, 200, "acme"])
    }
  })

  test("is the issuer's alone on a host that names none", async () => {
    for (const host of ["localhost", "localhost:8080", "LOCALHOST.", "127.0.0.1:8080", "[::1]:8080"]) {
      expect((await get(host, acmeToken)).echo.principal?.organization).toBe("acme")
      expect((await get(host, globexToken)).echo.principal?.organization).toBe("globex")
    }
  })

  test("a host that no organization has is 421, nested subdomains and lookalikes too", async () => {
    const hosts = [
      "unknown.localhost",
      "www.acme.localhost",
      "acme.acme.localhost",
      "acme.localhost.evil.example",
      "acmelocalhost",
      "acme",
      "platform.localhost",
      "evil.example",
      "127.0.0.2",
      "acme-.localhost".replace("-.", "x."),
    ]
    for (const host of hosts)
      for (const token of [acmeToken, undefined])
        expect([host, (await get(host, token)).status, (await get(host, token)).code]).toEqual([
          host,
          421,
          "gateway.unknown_host",
        ])
  })

  test("a removed organization's host and tokens are refused within seconds", async () => {
    expect((await get("globex.localhost", globexToken)).status).toBe(200)
    gateway.removed.add("globex")
    const deadline = { interval: 300 }
    await expect.poll(async () => (await get("globex.localhost", globexToken)).status, deadline).toBe(421)
    await expect
      .poll(async () => (await get("localhost", globexToken)).code, deadline)
      .toBe("tokens.unknown_issuer")
    gateway.removed.delete("globex")
    await expect.poll(async () => (await get("globex.localhost", globexToken)).status, deadline).toBe(200)
  })
})

describe("a token of one organization on another's host", () => {
  test("gets the very answer of a thing that is not there", async () => {
    const foreign = await get("acme.localhost", globexToken, `/v1/projects/${acmeProject}`)
    const missing = await get("acme.localhost", acmeToken, `/v1/projects/${missingProject}`)
    const withoutIds = ({ status, headers, text }: typeof foreign) => {
      const { request_id, decision_id, ...problem } = JSON.parse(text) as Record<string, string>
      expect([request_id, decision_id].every((id) => /^[0-9a-f-]{36}$/.test(id ?? ""))).toBe(true)
      const { date, "x-request-id": _id, "x-decision-id": decided, ...fields } = headers
      expect(decided).toBe(decision_id)
      return { status, problem, fields }
    }
    expect(withoutIds(foreign)).toEqual(withoutIds(missing))
    expect(foreign).toMatchObject({ status: 404, code: "authz.not_found" })
  })

  test("is refused on every route, and reaches no service", async () => {
    const before = gateway.governance.seen.length + gateway.sbom.seen.length
    for (const path of ["/v1/me", "/v1/organizations", "/v1/sboms", `/v1/projects/${acmeProject}/sboms`])
      expect([path, (await get("acme.localhost", globexToken, path)).code]).toEqual([path, "authz.not_found"])
    expect(gateway.governance.seen.length + gateway.sbom.seen.length).toBe(before)
  })
})

describe("a principal of the platform realm", () => {
  test("acts in the organization that the host names when it is a platform administrator", async () => {
    const admin = await gateway.realms.platform.token({ realm_access: { roles: ["platform-admin"] } })
    const { echo } = await get("globex.localhost", admin)
    expect(echo.principal).toMatchObject({ home: "platform", organization: "globex" })
    expect((await get("localhost", admin)).echo.principal).toMatchObject({
      home: "platform",
      organization: "platform",
    })
  })

  test("gets nothing there without a binding or that role, and something with a binding", async () => {
    const service = await gateway.realms.platform.token({
      client_id: "importer",
      sid: undefined,
      realm_access: { roles: ["developer"] },
      groups: ["/org-owners", "/org-admins"],
    })
    expect(await get("globex.localhost", service)).toMatchObject({ status: 404, code: "authz.not_found" })
    const binding = {
      user: "service:platform/importer",
      relation: "viewer",
      object: `organization:${globex}`,
    }
    gateway.authorizer.tuples.write({ writes: [binding] })
    expect((await get("globex.localhost", service)).echo.principal).toMatchObject({
      id: "service:platform/importer",
      organization: "globex",
    })
    expect((await get("acme.localhost", service)).status).toBe(404)
    gateway.authorizer.tuples.write({ deletes: [binding] })
  })

  test("is never the gateway itself, whatever a client of that realm is called", async () => {
    const namesake = await gateway.realms.platform.token({ client_id: "gateway", sid: undefined })
    for (const host of ["localhost", "acme.localhost"])
      expect(await get(host, namesake)).toMatchObject({ status: 401, code: "tokens.wrong_kind" })
  })

  test("cannot be made of a tenant's token by naming the role there", async () => {
    const admin = await gateway.realms.acme.token({ realm_access: { roles: ["platform-admin"] } })
    expect((await get("globex.localhost", admin)).status).toBe(404)
    expect(
      gateway.authorizer.tuples.has({ user: "user:acme/x", relation: "admin", object: platformObject }),
    ).toBe(false)
  })
})

describe("the Host header", () => {
  const request = (lines: string[], quietMilliseconds?: number) =>
    sendRaw(
      gateway.port,
      ["GET /v1/me HTTP/1.1", ...lines, `Authorization: Bearer ${acmeToken}`, "", ""].join("\r\n"),
      quietMilliseconds,
    )

  test("two of them, equal ones too, are refused and the connection is closed", async () => {
    for (const second of ["acme.localhost", "globex.localhost"]) {
      const { statuses, closed } = await request(["Host: acme.localhost", `Host: ${second}`], untilClosed)
      expect([statuses, closed]).toEqual([[400], true])
    }
  })

  test("none, or one that is no host, is refused", async () => {
    for (const lines of [
      [],
      ["Host: "],
      ["Host: a@acme.localhost"],
      ["Host: acme.localhost, globex.localhost"],
    ])
      expect((await request(lines)).statuses).toEqual([400])
    expect((await request(["Host: acme.localhost"])).statuses).toEqual([200])
  })

  test("of HTTP/1.0 is needed too", async () => {
    const { text } = await sendRaw(
      gateway.port,
      `GET /v1/me HTTP/1.0\r\nAuthorization: Bearer ${acmeToken}\r\n\r\n`,
    )
    expect(text).toContain("400 Bad Request")
  })
})
