import { beforeAll, describe, expect, test } from "vitest"
import { send } from "../services/gateway/src/testing/send.ts"
import { ask } from "../tests/support/http.ts"
import { governanceAddress } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, addressOf, loginAs, plane, port } from "./support/plane.ts"

let viewer: string
let admin: string
beforeAll(async () => {
  viewer = (await loginAs(acme, "viewer")).access_token
  admin = (await loginAs(acme, "admin")).access_token
})

const project = `${acme.url}/v1/projects/${acme.project.id}`
const overrides = [
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
  "x_http_method_override",
  "x-original-method",
]

describe("an override of the method is ignored", () => {
  test("one towards a method that the caller may not use does not use it", async () => {
    for (const name of overrides)
      for (const method of ["DELETE", "PATCH"]) {
        const answer = await ask(project, { token: admin, headers: { [name]: method } })
        expect([name, answer.status]).toEqual([name, 200])
      }
    for (const query of ["_method=DELETE", "method=DELETE", "X-HTTP-Method-Override=DELETE"])
      expect((await ask(`${project}?${query}`, { token: viewer })).status).not.toBe(204)
    expect((await ask(project, { token: viewer })).status).toBe(200)
  })

  test("one towards a method that the caller may use opens nothing for the real one", async () => {
    for (const name of overrides) {
      const answer = await ask(project, { method: "DELETE", token: viewer, headers: { [name]: "GET" } })
      expect([name, answer.status]).toEqual([name, 403])
    }
    const form = { "content-type": "application/x-www-form-urlencoded" }
    const posted = await ask(project, { method: "POST", token: admin, headers: form, body: "_method=DELETE" })
    expect(posted.status).toBe(404)
    expect((await ask(project, { token: viewer })).status).toBe(200)
  })
})

describe("a request with two credentials is refused", () => {
  const twice = (one: string, two: string): Record<string, string[]> => ({
    authorization: [`Bearer ${one}`, `Bearer ${two}`],
  })

  test("at the edge: two headers, one header with two, or one in the query beside it", async () => {
    expect((await send(port, "/v1/me", { token: viewer })).status).toBe(200)
    for (const second of [viewer, admin, "x"]) {
      expect((await send(port, "/v1/me", { headers: twice(viewer, second) })).status).toBe(400)
      const listed = { authorization: `Bearer ${viewer}, Bearer ${second}` }
      expect((await send(port, "/v1/me", { headers: listed })).status).toBe(400)
      expect((await send(port, `/v1/me?access_token=${second}`, { token: viewer })).status).toBe(400)
    }
  })

  test("at a service", async () => {
    const where = Number(new URL(await governanceAddress()).port)
    const token = await internalToken("GET", "/v1/me")
    expect((await send(where, "/v1/me", { token })).status).toBe(200)
    for (const second of [token, viewer])
      expect((await send(where, "/v1/me", { headers: twice(token, second) })).status).toBe(400)
  })

  test("at the authorization engine and at the identity server's endpoints", async () => {
    const { authorization = "" } = plane.credentials
    const engine = Number(new URL(addressOf("authorization")).port)
    expect((await send(engine, "/stores", { token: authorization })).status).toBe(200)
    for (const pair of [
      twice(authorization, authorization),
      twice("x", authorization),
      twice(authorization, "x"),
    ])
      expect((await send(engine, "/stores", { headers: pair })).status).toBe(401)
    const identity = Number(new URL(addressOf("identity")).port)
    const userinfo = "/realms/acme/protocol/openid-connect/userinfo"
    expect((await send(identity, userinfo, { token: viewer })).status).toBe(200)
    for (const pair of [twice(viewer, admin), twice(viewer, viewer)])
      expect((await send(identity, userinfo, { headers: pair })).status).toBeGreaterThanOrEqual(400)
    const users = "/admin/realms/acme/users"
    for (const pair of [twice(viewer, admin)])
      expect((await send(identity, users, { headers: pair })).status).toBeGreaterThanOrEqual(400)
  })

  test("of a client that authenticates in two ways", async () => {
    const { clientId, clientSecret } = acme.serviceClient
    const post = (headers: Record<string, string>, members: Record<string, string>) =>
      ask(`${acme.issuer}/protocol/openid-connect/token`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: new URLSearchParams({ grant_type: "client_credentials", ...members }).toString(),
      })
    const basic = { authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}` }
    expect((await post(basic, {})).status).toBe(200)
    expect((await post(basic, { client_id: clientId, client_secret: clientSecret })).status).toBe(400)
    expect((await post(basic, { client_id: "gatehouse-cli" })).status).toBe(400)
  })
})
