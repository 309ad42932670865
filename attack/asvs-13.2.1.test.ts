import { createPrivateKey } from "node:crypto"
import { revealSecret } from "@gatehouse/kernel"
import { generateInternalSigningKey } from "@gatehouse/tokens"
import { signRaw } from "@gatehouse/tokens/testing"
import { beforeAll, describe, expect, test } from "vitest"
import { send } from "../services/gateway/src/testing/send.ts"
import { ask } from "../tests/support/http.ts"
import { createClient, governanceAddress } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, addressOf, loginAs } from "./support/plane.ts"
import { decodeToken } from "./support/realm-keys.ts"

let governance: string
beforeAll(async () => {
  governance = await governanceAddress()
})

const me = "/v1/me"
const statusOf = async (path: string, token?: string, headers: Record<string, string> = {}, method = "GET") =>
  (await ask(`${governance}${path}`, { token, headers, method })).status
const now = () => Math.floor(Date.now() / 1000)

describe("a service reached around the gateway refuses a request", () => {
  test("without a fresh internal token; the twin with one passes", async () => {
    expect(await statusOf(me, await internalToken("GET", me))).toBe(200)
    expect(await statusOf(me)).toBe(401)
    const stale = { iat: now() - 61, exp: now() - 1 }
    expect(await statusOf(me, await internalToken("GET", me, stale))).toBe(401)
    expect(await statusOf(me, await internalToken("GET", me, { exp: now() + 61 }))).toBe(401)
  })

  test("with a user's or a service account's own token", async () => {
    expect(await statusOf(me, (await loginAs(acme)).access_token)).toBe(401)
  })

  test("with an internal token for another service, method, path or query", async () => {
    expect(await statusOf(me, await internalToken("GET", me, { aud: "sbom" }))).toBe(401)
    expect(await statusOf(me, await internalToken("POST", me))).toBe(401)
    expect(await statusOf("/v1/projects", await internalToken("GET", me))).toBe(401)
    expect(await statusOf(`${me}?a=b`, await internalToken("GET", me))).toBe(401)
    const token = await internalToken("GET", me)
    expect((await send(Number(new URL(governance).port), `${me}?`, { token })).status).toBe(401)
  })

  test("with one that somebody else signed, as the gateway and with its key id", async () => {
    const [header, claims] = decodeToken(await internalToken("GET", me))
    const privateKey = createPrivateKey({
      key: revealSecret(generateInternalSigningKey()) as never,
      format: "jwk",
    })
    expect(await statusOf(me, signRaw(JSON.stringify(header), JSON.stringify(claims), privateKey))).toBe(401)
    expect(
      await statusOf(
        me,
        signRaw(JSON.stringify({ ...header, alg: "none" }), JSON.stringify(claims), undefined),
      ),
    ).toBe(401)
  })

  test("with headers in which gateways pass identity on, alone or to widen a token", async () => {
    const headers = {
      "x-user-id": "owner",
      "x-org-id": "globex",
      "x-tenant-id": "globex",
      "x-roles": "platform-admin",
      "x-forwarded-user": "owner",
      "x-forwarded-for": "127.0.0.1",
      "x-gatehouse-principal": "service:platform/gateway",
    }
    expect(await statusOf(me, undefined, headers)).toBe(401)
    const token = await internalToken("GET", me)
    const plain = await ask(`${governance}${me}`, { token })
    const claimed = await ask(`${governance}${me}`, { token, headers })
    expect(claimed.json).toEqual(plain.json)
  })

  test("for what is the gateway's alone, with anybody else's internal token", async () => {
    const gateway = { principal_type: "service", home: "platform", org_id: "platform", subject: "gateway" }
    for (const path of ["/internal/organizations", "/internal/revocations"]) {
      const own = await internalToken("GET", path, { ...gateway, sub: "service:platform/gateway" })
      expect(await statusOf(path, own)).toBe(200)
      expect(await statusOf(path, await internalToken("GET", path))).toBe(404)
      const namesake = { ...gateway, home: "acme", org_id: "acme", sub: "service:acme/gateway" }
      expect(await statusOf(path, await internalToken("GET", path, namesake))).toBe(404)
      expect(await statusOf(path)).toBe(401)
    }
  })
})

test("no client of a realm can be the gateway to them, whatever it is called", async () => {
  const { clientId, secret } = await createClient("platform", {
    clientId: `gateway-${crypto.randomUUID()}`,
    attributes: {},
  })
  const answer = await ask(`${addressOf("identity")}/realms/platform/protocol/openid-connect/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: clientId,
      client_secret: secret,
    }).toString(),
  })
  const { access_token: token } = answer.json as { access_token: string }
  for (const path of ["/internal/organizations", "/internal/revocations", me])
    expect(await statusOf(path, token)).toBe(401)
})

test("the engines take the plane's own credentials and no one's token", async () => {
  const { access_token: token } = await loginAs(acme, "owner")
  const doors = [`${addressOf("authorization")}/stores`, `${addressOf("identity")}/admin/realms`]
  for (const url of doors) {
    expect((await ask(url)).status).toBe(401)
    expect([401, 403]).toContain((await ask(url, { token })).status)
    expect((await ask(url, { token: await internalToken("GET", "/stores") })).status).toBe(401)
  }
})
