import { randomUUID } from "node:crypto"
import type { DemoOrganization } from "@gatehouse/server"
import { beforeAll, describe, expect, inject, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { login, postForm } from "../tests/support/login.ts"
import { adminCall, createIdentityRealm, type IdentityRealm } from "./support/identity-realm.ts"

const plane = inject("plane")
let realm: IdentityRealm
let ada: string
beforeAll(async () => {
  realm = await createIdentityRealm(plane)
  ada = await realm.userId("ada")
})

describe("a client id", () => {
  test("that reads as a user's id, name or address is refused on create, update and import", async () => {
    await realm.admin("POST", "/clients", { clientId: "plain" })
    const uuid = await realm.clientUuid("plain")
    for (const clientId of [
      ada,
      ada.toUpperCase(),
      randomUUID(),
      "ada",
      "ADA",
      "\uff41da",
      `ada@${realm.name}.example`,
      "anybody@example.org",
      "service-account-backend",
      "SERVICE-account-x",
    ]) {
      expect([clientId, (await realm.admin("POST", "/clients", { clientId })).status]).toEqual([
        clientId,
        400,
      ])
      expect([clientId, (await realm.admin("PUT", `/clients/${uuid}`, { clientId })).status]).toEqual([
        clientId,
        400,
      ])
      const users = [{ username: "ada", email: "ada@example.org" }]
      const imported = await adminCall(plane, "POST", "", {
        realm: `import-${randomUUID()}`,
        users,
        clients: [{ clientId }],
      })
      expect([clientId, imported.status >= 400]).toEqual([clientId, true])
    }
    expect((await realm.admin("PUT", `/clients/${uuid}`, { clientId: "plainer" })).status).toBe(204)
  })
})

describe("a user's name", () => {
  test("that reads as a client or service account is refused", async () => {
    for (const username of [
      "app",
      "APP",
      "backend",
      "realm-management",
      "service-account-backend",
      "Service-Account-new",
      randomUUID(),
    ]) {
      const { status } = await realm.admin("POST", "/users", { username })
      expect([username, status >= 400 && status < 500]).toEqual([username, true])
    }
    expect((await realm.admin("POST", "/users", { username: "apple" })).status).toBe(201)
  })

  test("of a service account cannot be changed into a user's, nor its password be set", async () => {
    const { id } = (
      await realm.admin("GET", `/clients/${await realm.clientUuid("backend")}/service-account-user`)
    ).json as {
      id: string
    }
    expect((await realm.admin("PUT", `/users/${id}`, { username: "grace" })).status).toBe(400)
    expect(
      (await realm.admin("PUT", `/users/${id}/reset-password`, { value: "a password of its own" })).status,
    ).toBe(400)
    const user = await realm.userId("grace")
    expect((await realm.admin("PUT", `/users/${user}`, { username: "service-account-backend" })).status).toBe(
      400,
    )
    expect((await realm.admin("PUT", `/users/${user}`, { firstName: "Grace" })).status).toBe(204)
  })
})

test("a service's token is a service's at the API, whatever it is called, and a user's is a user's", async () => {
  const acme = plane.demo.organizations.acme as DemoOrganization
  const { clientId, clientSecret } = acme.serviceClient
  const answer = await postForm(`${acme.issuer}/protocol/openid-connect/token`, {
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: clientSecret,
  })
  const service = (answer.json as { access_token: string }).access_token
  const user = (await login({ issuer: acme.issuer, ...acme.users.viewer })).access_token
  const who = async (token: string) => (await ask(`${acme.url}/v1/me`, { token })).text
  expect(await who(service)).toMatch(/"service:acme\//)
  expect(await who(service)).not.toMatch(/"user:acme\//)
  expect(await who(user)).toMatch(/"user:acme\//)
})
