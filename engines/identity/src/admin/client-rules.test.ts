import { randomUUID } from "node:crypto"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { startTestEngine, type TestEngine } from "../testing/start-test-engine.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
  await engine.createRealm("acme")
})
afterAll(() => engine.close())

type Client = Record<string, unknown>
const idIn = (answer: Response) => answer.headers.get("location")?.split("/").at(-1)

/** The three ways by which a client is written. */
const ways: readonly (readonly [string, (change: Client) => Promise<Response>])[] = [
  [
    "on create",
    (change) =>
      engine.admin("POST", "/acme/clients", { clientId: `c-${randomUUID().slice(0, 8)}`, ...change }),
  ],
  [
    "on update",
    async (change) => {
      const clientId = `u-${randomUUID().slice(0, 8)}`
      const id = idIn(await engine.admin("POST", "/acme/clients", { clientId }))
      return engine.admin("PUT", `/acme/clients/${id}`, { clientId, ...change })
    },
  ],
  [
    "on import",
    (change) =>
      engine.admin("POST", "", {
        realm: `r-${randomUUID().slice(0, 8)}`,
        clients: [{ clientId: "imported", ...change }],
      }),
  ],
]

const hardcoded = (claim: string) => ({
  protocolMappers: [
    {
      name: "m",
      protocol: "openid-connect",
      protocolMapper: "oidc-hardcoded-claim-mapper",
      config: { "claim.name": claim, "claim.value": "x", "access.token.claim": "true" },
    },
  ],
})

/** One for each rule; the rules' own tests go through their cases. */
const refused: readonly Client[] = [
  { rootUrl: "JaVaScRiPt:alert(1)//https://x" },
  { redirectUris: ["data:text/html,x"] },
  { redirectUris: ["*"] },
  { webOrigins: ["*"] },
  { attributes: { "post.logout.redirect.uris": "https://a.example/##javascript:x" } },
  hardcoded("sub"),
  hardcoded("email_verified"),
  { attributes: { "pkce.code.challenge.method": "plain" } },
  { attributes: { "access.token.signed.response.alg": "HS256" } },
  { attributes: { "id.token.signed.response.alg": "none" } },
  { attributes: { "dpop.bound.access.tokens": "true" } },
  { publicClient: true, serviceAccountsEnabled: true },
  { secret: "hunter2" },
  { implicitFlowEnabled: true },
  { directAccessGrantsEnabled: true },
  { clientAuthenticatorType: "client-jwt" },
  { protocol: "saml" },
]

const taken: readonly Client[] = [
  { rootUrl: "https://app.example", redirectUris: ["/callback"], webOrigins: ["+"] },
  { attributes: { "post.logout.redirect.uris": "+", logoUri: "https://app.example/logo.png" } },
  hardcoded("app.tier"),
  hardcoded("org_id"),
  { publicClient: true, attributes: { "pkce.code.challenge.method": "S256" } },
  { secret: "0123456789abcdefghijklmnop", serviceAccountsEnabled: true },
]

describe.each(ways)("a client %s", (_way, write) => {
  test("is refused for each rule that it breaks, and taken where it breaks none", async () => {
    for (const change of refused) {
      const answer = await write(change)
      expect([change, answer.status, Object.keys((await answer.json()) as object)[0]]).toEqual([
        change,
        400,
        expect.stringMatching(/^error/),
      ])
    }
    for (const change of taken) expect([change, (await write(change)).ok]).toEqual([change, true])
  })
})

describe("a client id that reads as a user's", () => {
  test("is refused on create", async () => {
    const uuid = randomUUID()
    for (const clientId of [
      uuid,
      uuid.toUpperCase(),
      "ada",
      "ADA",
      "ada@acme.example",
      "service-account-gatehouse-api",
      "Service-Account-x",
      "a b",
      "ｇrace",
      "",
    ]) {
      expect([clientId, (await engine.admin("POST", "/acme/clients", { clientId })).status]).toEqual([
        clientId,
        400,
      ])
    }
  })

  test("is refused on update and import too, and no user takes a client's name", async () => {
    const id = idIn(await engine.admin("POST", "/acme/clients", { clientId: "Reporting" }))
    expect((await engine.admin("PUT", `/acme/clients/${id}`, { clientId: "grace" })).status).toBe(400)
    for (const username of ["reporting", "gatehouse-api", "service-account-x", "SERVICE-account-reporting"]) {
      expect([username, (await engine.admin("POST", "/acme/users", { username })).status]).toEqual([
        username,
        409,
      ])
    }
    expect((await engine.admin("POST", "/acme/users", { username: "reporting-desk" })).status).toBe(201)
    const clash = {
      realm: "clash",
      clients: [{ clientId: "same" }],
      users: [{ username: "same-not" }, { username: "Same" }],
    }
    expect((await engine.admin("POST", "", clash)).status).toBe(409)
    expect((await engine.admin("GET", "/clash")).status).toBe(404)
  })
})

test("mappers of a client are held to the same rules by every way of their own", async () => {
  const { id } = await engine.client("acme", "portal")
  const models = `/acme/clients/${id}/protocol-mappers/models`
  const [bad] = hardcoded("sub").protocolMappers
  const [good] = hardcoded("tier").protocolMappers
  expect((await engine.admin("POST", models, bad)).status).toBe(400)
  const both = [{ ...good, name: "n" }, bad]
  expect((await engine.admin("POST", `/acme/clients/${id}/protocol-mappers/add-models`, both)).status).toBe(
    400,
  )
  expect((await engine.admin("POST", models, good)).status).toBe(201)
  expect((await engine.admin("POST", models, good)).status).toBe(409)
  const listed = (await (await engine.admin("GET", models)).json()) as { id: string; name: string }[]
  const known = listed.find(({ name }) => name === "m")
  const model = `${models}/${known?.id}`
  expect((await engine.admin("PUT", model, { ...bad, id: known?.id })).status).toBe(400)
  expect((await engine.admin("PUT", model, { ...good, id: known?.id })).status).toBe(204)
  expect((await engine.admin("DELETE", model)).status).toBe(204)
  expect((await engine.admin("DELETE", model)).status).toBe(404)
})

test("a client that is made again with a former id inherits neither secret nor mappers", async () => {
  const secret = "first-secret-0123456789abcdef"
  const make = (more: object) =>
    engine.admin("POST", "/acme/clients", { clientId: "again", serviceAccountsEnabled: true, ...more })
  await make({ secret, ...hardcoded("tier") })
  const first = await engine.client("acme", "again")
  expect((await engine.admin("DELETE", `/acme/clients/${first.id}`)).status).toBe(204)
  expect((await make({})).status).toBe(201)
  const second = await engine.client("acme", "again")
  expect([second.id === first.id, second.protocolMappers]).toEqual([false, undefined])
  const answer = await (await engine.admin("GET", `/acme/clients/${second.id}/client-secret`)).json()
  expect(answer).toEqual({ type: "secret", value: expect.stringMatching(/^[\w-]{43}$/) })
  const token = await fetch(engine.endpoint("acme", "token"), {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: "again",
      client_secret: secret,
    }),
  })
  expect(token.status).toBe(401)
})
