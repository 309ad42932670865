import { generateKeyPairSync } from "node:crypto"
import { createInternalTokenIssuer, generateInternalSigningKey } from "@gatehouse/tokens"
import { signRaw } from "@gatehouse/tokens/testing"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { send, sendRaw } from "../testing/send.ts"
import { acmeSubjects, startTestGateway, type TestGateway } from "../testing/start-test-gateway.ts"

let gateway: TestGateway
let token: string
beforeAll(async () => {
  gateway = await startTestGateway()
  token = await gateway.realms.acme.token({ sub: acmeSubjects.developer })
})
afterAll(() => gateway.close())

const withToken = (value: string | undefined, path = "/v1/me") => send(gateway.port, path, { token: value })

test("a refusal that no permission led to is a decision: its id is in body, header and one log line", async () => {
  const refused = [
    await withToken(undefined),
    await withToken(token, "/v1/me?access_token=x"),
    await withToken(token, "/v1/nothing"),
    await send(gateway.port, "/v1/me", { token, host: "unknown.localhost" }),
  ]
  expect(refused.map(({ status }) => status)).toEqual([401, 400, 404, 421])
  for (const { headers, text, code } of refused) {
    const { decision_id: decisionId } = JSON.parse(text) as { decision_id: string }
    expect(headers["x-decision-id"]).toBe(decisionId)
    const own = gateway.logLines.map((line) => JSON.parse(line) as Record<string, unknown>)
    const refusals = own.filter((line) => line.decisionId === decisionId && line.msg === "refused")
    expect(refusals).toMatchObject([{ errorCode: code }])
  }
})

describe("a request without one good token", () => {
  test("is 401 with a challenge, says why, and reaches no service", async () => {
    const { acme } = gateway.realms
    const header = JSON.stringify({ alg: "none", typ: "JWT", kid: acme.keyId })
    const symmetric = JSON.stringify({ alg: "HS256", typ: "JWT", kid: acme.keyId })
    const claims = JSON.stringify(acme.claims())
    const hmac = acme.publicKey.export({ type: "spki", format: "pem" })
    const bad: [string, string | undefined, string][] = [
      ["none", undefined, "tokens.missing"],
      ["garbage", "garbage", "tokens.malformed"],
      ["expired", await acme.token({ exp: 1 }), "tokens.expired"],
      ["another audience", await acme.token({ aud: "account" }), "tokens.wrong_audience"],
      ["an ID token", await acme.token({ typ: "ID" }), "tokens.wrong_kind"],
      ["a refresh token", await acme.token({ typ: "Refresh" }), "tokens.wrong_kind"],
      ["alg none", signRaw(header, claims, undefined), "tokens.malformed"],
      ["HMAC with the public key", signRaw(symmetric, claims, { hmac }), "tokens.signature_invalid"],
      ["an unknown issuer", await acme.token({ iss: "http://evil.example" }), "tokens.unknown_issuer"],
      ["changed", `${token.slice(0, -8)}AAAAAAAA`, "tokens.signature_invalid"],
    ]
    const before = gateway.governance.seen.length
    for (const [name, value, code] of bad) {
      const answer = await withToken(value)
      expect([name, answer.status, answer.code]).toEqual([name, 401, code])
      expect(answer.headers["www-authenticate"]).toMatch(/^Bearer/)
      expect(answer.headers["content-type"]).toBe("application/problem+json; charset=utf-8")
    }
    expect(gateway.governance.seen.length).toBe(before)
    expect((await withToken(token)).status).toBe(200)
  })

  test("the internal token is refused at the edge, the gateway's own above all", async () => {
    await withToken(token)
    const [authorization = ""] = gateway.governance.seen.at(-1)?.headers.authorization ?? []
    const own = authorization.replace("Bearer ", "")
    expect(await withToken(own)).toMatchObject({ status: 401, code: "tokens.wrong_kind" })
    const foreign = createInternalTokenIssuer({
      key: generateInternalSigningKey(),
      issuer: "urn:gatehouse:gateway",
    })
    const principal = gateway.governance.seen.at(-1)?.principal
    if (!principal) throw new Error("nothing was seen")
    const forged = await foreign.mint({ audience: "governance", principal, method: "GET", path: "/v1/me" })
    expect((await withToken(forged)).status).toBe(401)
  })

  test("a realm's key does not sign for another realm", async () => {
    const { acme, globex } = gateway.realms
    const header = JSON.stringify({ alg: "RS256", typ: "JWT", kid: acme.keyId })
    const forged = signRaw(header, JSON.stringify(acme.claims()), globex.privateKey)
    expect((await withToken(forged)).status).toBe(401)
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
    expect((await withToken(signRaw(header, JSON.stringify(acme.claims()), privateKey))).status).toBe(401)
  })
})

describe("more than one credential", () => {
  test("two Authorization headers are 400, equal ones too", async () => {
    for (const second of [token, "other"]) {
      const headers: Record<string, string[]> = { authorization: [`Bearer ${token}`, `Bearer ${second}`] }
      const answer = await send(gateway.port, "/v1/me", { headers })
      expect(answer).toMatchObject({ status: 400, code: "tokens.ambiguous_credentials" })
    }
  })

  test("two in one header are 400, another scheme is 401", async () => {
    const listed = await send(gateway.port, "/v1/me", {
      headers: { authorization: `Bearer ${token}, Bearer ${token}` },
    })
    expect(listed).toMatchObject({ status: 400, code: "tokens.ambiguous_credentials" })
    const basic = await send(gateway.port, "/v1/me", { headers: { authorization: "Basic YTpi" } })
    expect(basic).toMatchObject({ status: 401, code: "tokens.malformed" })
  })
})

describe("a credential in the query", () => {
  test("is refused whatever it is called, also beside a good header, and is in no log line", async () => {
    const names = [
      "access_token",
      "ACCESS_TOKEN",
      "access-token",
      "api_key",
      "id_token",
      "refresh_token",
      "token",
      "q",
      "%61ccess_token",
    ]
    for (const name of names) {
      for (const header of [token, undefined]) {
        const answer = await withToken(header, `/v1/me?limit=1&${name}=${token}`)
        expect([name, answer.status, answer.code]).toEqual([name, 400, "tokens.in_query"])
      }
    }
    expect((await withToken(undefined, "/v1/openapi.json?access_token=short")).code).toBe("tokens.in_query")
    expect((await withToken(token, "/v1/me?purl=pkg:npm/a@1.0.0")).status).toBe(200)
    expect(gateway.logLines.join("")).not.toContain(token.slice(-40))
  })
})

describe("revocation", () => {
  test("ends a token that was good within a second", async () => {
    const session = await gateway.realms.acme.token({ sid: "ended-session" })
    expect((await withToken(session)).status).toBe(200)
    gateway.revocations.push({
      kind: "session_ended",
      organization: gateway.realms.acme.entry.organization,
      sessionId: "ended-session",
      atSeconds: Math.floor(Date.now() / 1000),
    })
    const ended = performance.now()
    let askedAfter: number
    let code: string | undefined
    do {
      askedAfter = performance.now() - ended
      code = (await withToken(session)).code
      // What was asked within the second may be answered after it; later, a gateway that heard nothing lets nobody in.
      if (askedAfter > 1_000) expect(code).toMatch(/^tokens\.(revoked|unavailable)$/)
    } while (code !== "tokens.revoked")
    await expect.poll(async () => (await withToken(token)).status).toBe(200)
  })
})

test("no log line holds a token, a header's value or a query", async () => {
  await send(gateway.port, "/v1/me?secret-query=visible-nowhere", {
    token,
    headers: { "user-agent": "agent-canary" },
  })
  await sendRaw(
    gateway.port,
    `GET /v1/me?x=canary-query HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}x\r\n\r\n`,
  )
  const log = gateway.logLines.join("")
  for (const planted of ["visible-nowhere", "canary-query", "agent-canary", token.slice(0, 60)])
    expect(log).not.toContain(planted)
})
