import { beforeAll, expect, inject, test } from "vitest"
import type { Tokens } from "../tests/support/login.ts"
import { createIdentityRealm, type IdentityRealm, redirectUri } from "./support/identity-realm.ts"
import { asClient, redeem, refresh, signIn } from "./support/sign-in.ts"

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

test("a code that is used again is refused, and the tokens of its first use are revoked", async () => {
  const signedIn = await signIn(realm)
  const first = await redeem(realm, signedIn)
  const { access_token, refresh_token } = first.json as Tokens
  const renewed = (await refresh(realm, refresh_token)).json as Tokens
  expect([await realm.userinfo(access_token), await realm.userinfo(renewed.access_token)]).toEqual([200, 200])
  const second = await redeem(realm, signedIn)
  expect([second.status, second.json]).toMatchObject([400, { error: "invalid_grant" }])
  expect([await realm.userinfo(access_token), await realm.userinfo(renewed.access_token)]).toEqual([401, 401])
  expect((await refresh(realm, renewed.refresh_token)).status).toBe(400)
})

test("a second use revokes although it is wrong in every other respect", async () => {
  for (const changes of [
    { code_verifier: "x".repeat(43) },
    { redirect_uri: "http://127.0.0.1/callback" },
    asClient("other"),
  ]) {
    const signedIn = await signIn(realm)
    const { access_token } = (await redeem(realm, signedIn)).json as Tokens
    expect((await redeem(realm, signedIn, changes)).status).toBe(400)
    expect([changes, await realm.userinfo(access_token)]).toEqual([changes, 401])
  }
})

test("a code is refused to another client, at another redirect URI and in another realm, and is spent by that", async () => {
  const elsewhere = await createIdentityRealm(plane)
  for (const changes of [
    asClient("other"),
    asClient("backend"),
    { redirect_uri: "http://127.0.0.1/callback" },
    { redirect_uri: `${redirectUri}/` },
    { redirect_uri: "" },
  ]) {
    const signedIn = await signIn(realm)
    expect([changes, (await redeem(realm, signedIn, changes)).status]).toEqual([changes, 400])
    expect([changes, (await redeem(realm, signedIn)).status]).toEqual([changes, 400])
  }
  const signedIn = await signIn(realm)
  expect((await redeem(elsewhere, signedIn)).status).toBe(400)
  expect((await redeem(realm, signedIn)).status).toBe(200)
})

test("a code with any character removed, added or changed is none", async () => {
  const signedIn = await signIn(realm)
  const code = signedIn.code ?? ""
  for (const changed of [
    code.slice(1),
    code.slice(0, -1),
    `${code}x`,
    `${code} `,
    code.toUpperCase(),
    code.toLowerCase(),
  ])
    expect([changed, (await redeem(realm, { ...signedIn, code: changed })).status]).toEqual([changed, 400])
  expect((await redeem(realm, signedIn)).status).toBe(200)
})
