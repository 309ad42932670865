import { beforeAll, expect, inject, test } from "vitest"
import type { Tokens } from "../tests/support/login.ts"
import { createIdentityRealm, type IdentityRealm } from "./support/identity-realm.ts"
import { refresh, tokensOf } from "./support/sign-in.ts"

let realm: IdentityRealm
beforeAll(async () => {
  realm = await createIdentityRealm(inject("plane"))
})

test("a refresh token that is used twice ends its whole family, whoever used it first", async () => {
  const { tokens: stolen } = await tokensOf(realm)
  const thief = (await refresh(realm, stolen.refresh_token)).json as Tokens
  const later = (await refresh(realm, thief.refresh_token)).json as Tokens
  expect(await realm.userinfo(later.access_token)).toBe(200)
  const reuse = await refresh(realm, stolen.refresh_token)
  expect([reuse.status, reuse.json]).toMatchObject([400, { error: "invalid_grant" }])
  expect((await refresh(realm, later.refresh_token)).status).toBe(400)
  for (const { access_token } of [stolen, thief, later]) expect(await realm.userinfo(access_token)).toBe(401)
})

test("it does so where the realm is set to let refresh tokens be used again", async () => {
  const lax = await createIdentityRealm(inject("plane"), { revokeRefreshToken: false })
  const { tokens } = await tokensOf(lax)
  const next = (await refresh(lax, tokens.refresh_token)).json as Tokens
  expect(next.refresh_token).not.toBe(tokens.refresh_token)
  expect((await refresh(lax, tokens.refresh_token)).status).toBe(400)
  expect((await refresh(lax, next.refresh_token)).status).toBe(400)
  expect((await realm.admin("PUT", "", { refreshTokenMaxReuse: 1 })).status).toBe(400)
})

test("a family ends alone: another login of the same user, and a token used once, live on", async () => {
  const [first, second] = [await tokensOf(realm), await tokensOf(realm)]
  await refresh(realm, first.tokens.refresh_token)
  await refresh(realm, first.tokens.refresh_token)
  const renewed = await refresh(realm, second.tokens.refresh_token)
  expect(renewed.status).toBe(200)
  expect((await refresh(realm, (renewed.json as Tokens).refresh_token)).status).toBe(200)
})
