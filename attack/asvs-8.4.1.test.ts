import { randomUUID } from "node:crypto"
import { beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { postForm } from "../tests/support/login.ts"
import { createdId, createOwnedProject, type Member, member } from "./support/organizations.ts"
import { acme, addressOf, globex } from "./support/plane.ts"
import { sendRaw } from "./support/raw-request.ts"

/** ASVS 8.4.1: the organization is the verified credential's, whatever else a client may choose. */

let admin: Member
beforeAll(async () => {
  admin = await member(globex, "admin")
})

const organizationOf = (answer: { readonly json: unknown }) =>
  (answer.json as { readonly organization?: string } | undefined)?.organization

const headers = [
  "x-org-id",
  "x-organization",
  "x-organization-id",
  "x-tenant",
  "x-tenant-id",
  "x-gatehouse-organization",
  "x-gatehouse-org",
  "x-gatehouse-internal-token",
  "x-forwarded-host",
  "x-original-host",
  "x-host",
  "x-forwarded-prefix",
  "x-original-url",
]

describe("an organization that the client names", () => {
  test("in a header changes nothing", async () => {
    const twin = await admin.ask("GET", "/v1/me")
    for (const name of headers) {
      const answer = await admin.ask("GET", "/v1/me", { headers: { [name]: "acme" } })
      expect({ name, status: answer.status, json: answer.json }).toEqual({
        name,
        status: 200,
        json: twin.json,
      })
    }
    const forwarded = await admin.ask("GET", "/v1/me", {
      headers: { forwarded: "host=acme.localhost;for=127.0.0.1", "x-forwarded-host": "acme.localhost" },
    })
    expect(forwarded.json).toEqual(twin.json)
  })

  test("in a query changes nothing, or is refused", async () => {
    for (const name of ["organization", "org", "org_id", "tenant", "tenant_id", "realm", "host"]) {
      expect(organizationOf(await admin.ask("GET", `/v1/me?${name}=acme`))).toBe("globex")
      const listed = await admin.ask("GET", `/v1/organizations?${name}=acme`)
      expect(listed.text).not.toContain('"acme"')
    }
    expect((await admin.ask("GET", "/v1/organizations")).text).toContain('"globex"')
  })

  test("in a body is refused, and nothing is made in either", async () => {
    const owner = await member(acme, "owner")
    for (const name of ["organization", "org_id", "organization_id", "tenant"]) {
      const wanted = `planted-${randomUUID()}`
      const answer = await admin.ask("POST", "/v1/projects", { json: { name: wanted, [name]: "acme" } })
      expect(answer.status).toBe(422)
      for (const one of [admin, owner])
        expect((await one.ask("GET", "/v1/projects?limit=200")).text).not.toContain(wanted)
    }
    const name = `kept-${randomUUID()}`
    const made = await admin.ask("POST", "/v1/projects", { json: { name } })
    expect(organizationOf(made)).toBe("globex")
    await admin.ask("DELETE", `/v1/projects/${createdId(made)}`)
  })

  test("as another organization's host shows nothing of it, in any spelling", async () => {
    const port = new URL(acme.url).port
    const { token } = admin
    for (const host of [
      `acme.localhost:${port}`,
      `ACME.LOCALHOST:${port}`,
      "acme.localhost",
      "acme.localhost.",
    ]) {
      const answer = await ask(`${globex.url}/v1/me`, { token, headers: { host } })
      expect({ host, status: answer.status }).toEqual({ host, status: 404 })
    }
    for (const host of [
      "evil.example",
      "sub.acme.localhost",
      "globex.localhost.evil.example",
      "platform.localhost",
    ]) {
      const answer = await ask(`${globex.url}/v1/me`, { token, headers: { host } })
      expect({ host, status: answer.status }).toEqual({ host, status: 421 })
    }
    for (const url of [globex.url, addressOf("gateway")])
      expect(organizationOf(await ask(`${url}/v1/me`, { token }))).toBe("globex")
  })

  test("in an absolute request target beside another host is refused", async () => {
    const { host, port } = new URL(globex.url)
    const request = (target: string) => [
      `GET ${target} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: Bearer ${admin.token}`,
      "Connection: close",
      "",
      "",
    ]
    const { status, text } = await sendRaw(Number(port), request(`${acme.url}/v1/me`).join("\r\n"))
    expect(status).toBeGreaterThanOrEqual(400)
    expect(text).not.toContain("acme")
    expect((await sendRaw(Number(port), request("/v1/me").join("\r\n"))).status).toBe(200)
  })

  test("in a service account's request changes nothing", async () => {
    const { clientId, clientSecret } = globex.serviceClient
    const answer = await postForm(`${globex.issuer}/protocol/openid-connect/token`, {
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: clientSecret,
      organization: "acme",
    })
    const token = (answer.json as { readonly access_token: string }).access_token
    const me = await ask(`${addressOf("gateway")}/v1/me`, { token, headers: { "x-org-id": "acme" } })
    expect(organizationOf(me)).toBe("globex")
    expect((await ask(`${acme.url}/v1/me`, { token })).status).toBe(404)
  })

  test("as a group of that name in one's own realm gives no right there", async () => {
    const object = `project:${acme.project.id}`
    const asked = { permission: "can_read", object, principal: admin.principal }
    const foreign = await admin.ask("POST", "/v1/check", { json: asked })
    expect(foreign.json).toMatchObject({ allowed: false })
    const { project } = await createOwnedProject(admin, `own-${randomUUID()}`)
    const bind = (group: string) => admin.ask("PUT", `/v1/projects/${project}/bindings/viewer/${group}`)
    expect((await bind("group:acme/org-members")).status).toBe(404)
    expect((await bind("group:globex/org-members")).status).toBe(204)
  })
})
