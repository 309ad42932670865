import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import type { Tokens } from "../tests/support/login.ts"
import { governanceAddress } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, addressOf, loginAs, plane, stateDirectory } from "./support/plane.ts"

let tokens: Tokens
let governance: string
beforeAll(async () => {
  tokens = await loginAs(acme)
  governance = await governanceAddress()
})

const names = [
  "access_token",
  "ACCESS_TOKEN",
  "access-token",
  "%61ccess_token",
  "token",
  "api_key",
  "authorization",
  "id_token",
  "q",
]

describe("a token in a query string is refused and not used", () => {
  test("at the edge, under every name, beside a good header too; the twin in the header passes", async () => {
    const { access_token: token } = tokens
    expect((await ask(`${acme.url}/v1/me`, { token })).status).toBe(200)
    for (const name of names)
      for (const header of [undefined, token])
        for (const path of ["/v1/me", "/v1/openapi.json", "/healthz", "/v1/unknown"]) {
          const answer = await ask(`${acme.url}${path}?${name}=${token}`, { token: header })
          expect([name, path, answer.status]).toEqual([name, path, 400])
          expect(answer.text).toContain("tokens.in_query")
          expect(answer.text).not.toContain(token.slice(-40))
        }
  })

  test("by a service reached around the gateway, the internal token too", async () => {
    const path = "/v1/me?access_token=x"
    expect((await ask(`${governance}${path}`, { token: await internalToken("GET", path) })).status).toBe(400)
    const inQuery = `/v1/me?access_token=${await internalToken("GET", "/v1/me")}`
    expect((await ask(`${governance}${inQuery}`)).status).toBe(400)
    expect((await ask(`${governance}/v1/me`, { token: await internalToken("GET", "/v1/me") })).status).toBe(
      200,
    )
  })

  test("by the identity server: userinfo, introspection, Admin API and token endpoint", async () => {
    const { access_token: token, refresh_token: refresh } = tokens
    const endpoint = `${acme.issuer}/protocol/openid-connect`
    const admin = `${addressOf("identity")}/admin/realms/acme/users`
    const { clientId, clientSecret } = acme.serviceClient
    const client = `client_id=${clientId}&client_secret=${clientSecret}`
    for (const url of [`${endpoint}/userinfo?access_token=${token}`, `${admin}?access_token=${token}`])
      expect((await ask(url)).status).toBe(401)
    const posts = [
      `token/introspect?token=${token}&${client}`,
      `token?grant_type=refresh_token&client_id=gatehouse-cli&refresh_token=${refresh}`,
      `token?grant_type=client_credentials&${client}`,
      `revoke?token=${refresh}&client_id=gatehouse-cli`,
      `logout?refresh_token=${refresh}&client_id=gatehouse-cli`,
    ]
    const headers = { "content-type": "application/x-www-form-urlencoded" }
    for (const post of posts) {
      const answer = await ask(`${endpoint}/${post}`, { method: "POST", headers, body: "" })
      expect(answer.text).not.toMatch(/access_token"|"active":true/)
    }
    // Neither revocation nor logout was believed.
    expect((await ask(`${endpoint}/userinfo`, { token })).status).toBe(200)
  })

  test("by the authorization engine", async () => {
    const { authorization = "" } = plane.credentials
    const url = `${addressOf("authorization")}/stores`
    for (const name of ["access_token", "authorization", "token"])
      expect((await ask(`${url}?${name}=${authorization}`)).status).toBe(401)
    expect((await ask(url, { token: authorization })).status).toBe(200)
  })

  test("and none of it is in the plane's log", async () => {
    const log = await readFile(join(stateDirectory, "gatehouse.log"), "utf8")
    const { authorization = "" } = plane.credentials
    expect(log).toContain("/v1/me")
    for (const secret of [
      tokens.access_token,
      tokens.refresh_token,
      authorization,
      acme.serviceClient.clientSecret,
    ])
      expect(log).not.toContain(secret.slice(-30))
  })
})
