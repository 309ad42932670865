import { setTimeout as wait } from "node:timers/promises"
import { beforeAll, expect, inject, test } from "vitest"
import type { Tokens } from "../tests/support/login.ts"
import { createIdentityRealm, type IdentityRealm, redirectUri } from "./support/identity-realm.ts"
import { asClient, claimsOf, refresh, tokensOf } from "./support/sign-in.ts"

const plane = inject("plane")
let realm: IdentityRealm
beforeAll(async () => {
  realm = await createIdentityRealm(plane)
  await realm.admin("POST", "/clients", {
    clientId: "other",
    publicClient: true,
    redirectUris: [redirectUri],
  })
})

test("a refresh token serves no other client and no other realm, and lives on after the attempt", async () => {
  const elsewhere = await createIdentityRealm(plane)
  const { tokens } = await tokensOf(realm)
  expect((await refresh(realm, tokens.refresh_token, asClient("other"))).status).toBe(400)
  expect((await refresh(realm, tokens.refresh_token, asClient("backend"))).status).toBe(400)
  expect((await refresh(elsewhere, tokens.refresh_token)).status).toBe(400)
  expect(
    (await realm.post("logout", { ...asClient("other"), refresh_token: tokens.refresh_token })).status,
  ).toBe(400)
  expect((await realm.post("revoke", { ...asClient("other"), token: tokens.refresh_token })).status).toBe(400)
  expect((await refresh(realm, tokens.refresh_token)).status).toBe(200)
})

test("a confidential client's refresh token needs its secret", async () => {
  const { tokens } = await tokensOf(realm, { clientId: "backend" })
  const { refresh_token } = tokens
  expect((await refresh(realm, refresh_token, { client_id: "backend" })).status).toBe(401)
  expect(
    (await refresh(realm, refresh_token, { client_id: "backend", client_secret: "x".repeat(40) })).status,
  ).toBe(401)
  expect((await refresh(realm, refresh_token, asClient("backend"))).status).toBe(200)
})

test("it never widens scope or audience, neither by asking nor by what the client is given later", async () => {
  const { tokens } = await tokensOf(realm)
  const before = claimsOf(tokens.access_token)
  for (const more of [
    { scope: "openid phone" },
    { scope: "openid offline_access address" },
    { scope: "openid admin" },
  ]) {
    const answer = await refresh(realm, tokens.refresh_token, more)
    expect([more, answer.status]).toEqual([more, 400])
  }
  let current = tokens.refresh_token
  for (const more of [{}, { audience: "realm-management" }, { scope: "openid" }, {}]) {
    const answer = await refresh(realm, current, more)
    expect([more, answer.status]).toEqual([more, 200])
    const { access_token, refresh_token } = answer.json as Tokens
    const { scope, aud, sub, azp, sid } = claimsOf(access_token)
    expect({ scope, aud, sub, azp, sid }).toEqual({
      scope: before.scope,
      aud: before.aud,
      sub: before.sub,
      azp: before.azp,
      sid: before.sid,
    })
    current = refresh_token
  }
  expect((await refresh(realm, current, { resource: "https://evil.example" })).status).toBe(400)
})

test("it ends with the session: by logout, by the administrator, and by revocation", async () => {
  const { tokens: first } = await tokensOf(realm)
  expect((await realm.post("logout", { ...asClient(), refresh_token: first.refresh_token })).status).toBe(204)
  expect((await refresh(realm, first.refresh_token)).status).toBe(400)
  const { tokens: second } = await tokensOf(realm)
  expect((await realm.admin("DELETE", `/sessions/${claimsOf(second.access_token).sid}`)).status).toBe(204)
  expect((await refresh(realm, second.refresh_token)).status).toBe(400)
  const { tokens: third } = await tokensOf(realm)
  expect((await realm.post("revoke", { ...asClient(), token: third.refresh_token })).status).toBe(200)
  expect((await refresh(realm, third.refresh_token)).status).toBe(400)
})

test("however often it is rotated, it ends with the longest life of its session, and so does every token of it", async () => {
  const life = 6
  const short = await createIdentityRealm(plane, { ssoSessionMaxLifespan: life, accessTokenLifespan: 60 })
  const { tokens } = await tokensOf(short)
  const end = (claimsOf(tokens.access_token).auth_time as number | undefined) ?? Math.floor(Date.now() / 1000)
  let [current, rotations] = [tokens, 0]
  let askedAt: number
  for (; ; rotations += 1) {
    expect(claimsOf(current.access_token).exp as number).toBeLessThanOrEqual(end + life + 1)
    askedAt = Date.now() / 1_000
    const answer = await refresh(short, current.refresh_token)
    if (answer.status !== 200) break
    // What was asked in time may be answered after it.
    expect(askedAt).toBeLessThanOrEqual(end + life + 1)
    current = answer.json as Tokens
    await wait(400)
  }
  expect(rotations).toBeGreaterThan(1)
  expect((await refresh(short, current.refresh_token)).status).toBe(400)
  expect(await short.userinfo(current.access_token)).toBe(401)
})
