import { beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { bill, createdId, type Member, member } from "./support/organizations.ts"
import { acme, addressOf } from "./support/plane.ts"

/** ASVS 4.1.3, 6.4.1: documents and links carry the configured address, whatever the request's host says. */

let admin: Member
beforeAll(async () => {
  admin = await member(acme, "admin")
})

const identity = addressOf("identity")
const { port } = new URL(identity)

/** Headers by which a client may say another address. */
const claims: readonly Readonly<Record<string, string>>[] = [
  { "x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-port": "444" },
  { forwarded: "host=evil.example;proto=https" },
  { "x-original-host": "evil.example", "x-host": "evil.example", "x-forwarded-server": "evil.example" },
  {
    "x-forwarded-prefix": "/evil.example",
    "x-rewrite-url": "/evil.example",
    "x-original-url": "/evil.example",
  },
  { host: `127.0.0.1:${port}` },
  { host: "localhost:1" },
  { host: "LOCALHOST" },
]

describe("the identity engine", () => {
  test.each(["/.well-known/openid-configuration", "", "/protocol/openid-connect/certs"])(
    "answers %s with its configured address",
    async (path) => {
      const plain = await ask(`${acme.issuer}${path}`)
      expect(plain.status).toBe(200)
      for (const headers of claims) {
        const answer = await ask(`${acme.issuer}${path}`, { headers })
        expect({ headers, json: answer.json }).toEqual({ headers, json: plain.json })
      }
    },
  )

  test("answers to no name but its own", async () => {
    for (const host of [
      "evil.example",
      `evil.example:${port}`,
      "localhost.evil.example",
      "acme.localhost",
      "",
    ]) {
      const answer = await ask(`${acme.issuer}/.well-known/openid-configuration`, { headers: { host } })
      expect({ host, refused: answer.status >= 400 }).toEqual({ host, refused: true })
      expect(answer.text).not.toContain("evil.example")
    }
  })

  test("sends sign-ins, and tokens' issuers, to its configured address", async () => {
    for (const headers of claims) {
      const url = new URL(`${acme.issuer}/protocol/openid-connect/auth`)
      url.search = new URLSearchParams({
        response_type: "code",
        client_id: "gatehouse-cli",
        redirect_uri: "http://127.0.0.1:39871/callback",
        scope: "openid",
        code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        code_challenge_method: "S256",
      }).toString()
      const { status, headers: answered } = await ask(url.href, { headers })
      expect(status).toBe(303)
      expect(new URL(String(answered.location), identity).origin).toBe(identity)
      expect(String(answered.location)).not.toContain("evil.example")
    }
  })

  test("names its own address in the Location of what the Admin API makes", async () => {
    const { asAdministrator } = await import("./support/admin.ts")
    const made = await asAdministrator("POST", "/acme/groups", { name: `attack-${Date.now()}` })
    expect(String(made.headers.location)).toMatch(new RegExp(`^${identity}/admin/realms/acme/groups/`))
    await asAdministrator("DELETE", `/acme/groups/${String(made.headers.location).split("/").at(-1)}`)
  })
})

describe("the gateway", () => {
  const forwarding = claims.filter(({ host }) => host === undefined)

  test("names the organization's configured address and issuer", async () => {
    const path = "/.well-known/oauth-protected-resource"
    const plain = await ask(`${acme.url}${path}`)
    expect(plain.json).toMatchObject({ resource: acme.url, authorization_servers: [acme.issuer] })
    const { host } = new URL(acme.url)
    const named = [
      { host: host.toUpperCase() },
      { host: host.split(":")[0] ?? "" },
      { host: `${host.split(":")[0]}.:9` },
    ]
    for (const headers of [...forwarding, ...named])
      expect((await ask(`${acme.url}${path}`, { headers })).json).toEqual(plain.json)
  })

  test("describes organizations and its API with configured addresses", async () => {
    for (const path of ["/v1/organizations/acme", "/v1/organizations", "/v1/openapi.json"]) {
      const plain = await admin.ask("GET", path)
      expect(plain.status).toBe(200)
      for (const headers of forwarding)
        expect((await admin.ask("GET", path, { headers })).text).toBe(plain.text)
    }
    expect((await admin.ask("GET", "/v1/organizations/acme")).json).toMatchObject({
      url: acme.url,
      issuer: acme.issuer,
    })
  })

  test("answers with relative links, which no host changes", async () => {
    for (const headers of forwarding) {
      const answer = await admin.ask("POST", "/v1/sboms", {
        headers: { ...headers, "x-project-id": acme.project.id },
        json: bill("left-pad"),
      })
      const id = createdId(answer)
      expect(answer.headers.location).toBe(`/v1/sboms/${id}`)
      await admin.ask("DELETE", `/v1/sboms/${id}`)
    }
  })
})
