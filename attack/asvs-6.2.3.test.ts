import { beforeAll, describe, expect, inject, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import {
  callAdmin,
  createIdentityRealm,
  type IdentityRealm,
  type Json,
  password,
} from "./support/identity-realm.ts"
import { refresh, signIn, tokensOf } from "./support/sign-in.ts"

const plane = inject("plane")
let realm: IdentityRealm
beforeAll(async () => {
  realm = await createIdentityRealm(plane)
})

const changes: readonly (readonly [what: string, path: string, body: Json])[] = [
  ["password", "/reset-password", { type: "password", value: "another password", temporary: false }],
  ["password, with the account", "", { credentials: [{ type: "password", value: "another password" }] }],
  ["e-mail", "", { email: "moved@example.org" }],
]

describe.each(changes)("a change of the %s", (what, path, body) => {
  const username = `user-${what.length}`
  let id: string
  beforeAll(async () => {
    id = await realm.addUser(username)
  })

  test("is nothing that a user's own session, fresh or borrowed, can do", async () => {
    const { tokens } = await tokensOf(realm, { username })
    for (const token of [tokens.access_token, tokens.id_token, tokens.refresh_token])
      expect([401, 403]).toContain(
        (await callAdmin(plane, token, "PUT", `/${realm.name}/users/${id}${path}`, body)).status,
      )
    for (const own of [
      "account",
      "account/credentials/password",
      "login-actions/required-action",
      "login-actions/reset-credentials",
    ])
      expect([
        own,
        (await ask(`${realm.issuer}/${own}`, { method: "POST", token: tokens.access_token, json: body }))
          .status >= 404,
      ]).toEqual([own, true])
    expect((await signIn(realm, { username })).code).toMatch(/./)
  })

  test("by an administrator ends all sessions and refresh tokens of the user, and nobody else's", async () => {
    const [one, two] = [await tokensOf(realm, { username }), await tokensOf(realm, { username })]
    const other = await tokensOf(realm)
    expect((await realm.admin("PUT", `/users/${id}${path}`, body)).status).toBe(204)
    for (const { tokens, browser } of [one, two]) {
      expect(await realm.userinfo(tokens.access_token)).toBe(401)
      expect((await refresh(realm, tokens.refresh_token)).status).toBe(400)
      const silent = await signIn(realm, { browser, parameters: { prompt: "none" } })
      expect(silent.landing.url.searchParams.get("error")).toBe("login_required")
    }
    expect(await realm.userinfo(other.tokens.access_token)).toBe(200)
    const secret = what === "e-mail" ? password : "another password"
    expect((await signIn(realm, { username, password: secret })).code).toMatch(/./)
  })
})
