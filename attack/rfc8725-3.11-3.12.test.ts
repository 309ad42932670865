import { beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { postForm, type Tokens } from "../tests/support/login.ts"
import { governanceAddress } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, addressOf, loginAs, plane } from "./support/plane.ts"
import { forge, type RealmKey, realmKey } from "./support/realm-keys.ts"
import { acceptedBy, everyVerifier } from "./support/verifiers.ts"

const endpoint = (name: string) => `${acme.issuer}/protocol/openid-connect/${name}`
const logoutEvent = { "http://schemas.openid.net/event/backchannel-logout": {} }
let tokens: Tokens
let key: RealmKey
let governance: string
let internal: string
/** What the realm sends over the back channel, for a session that nobody has. */
let logoutToken: string
beforeAll(async () => {
  tokens = await loginAs(acme)
  key = await realmKey("acme")
  governance = await governanceAddress()
  internal = await internalToken("GET", "/v1/me")
  const claims = { typ: "Logout", aud: "gatehouse-cli", sid: "nobody", events: logoutEvent, scope: undefined }
  const exp = Math.floor(Date.now() / 1000) + 100
  logoutToken = forge(tokens.access_token, key, { header: { typ: "logout+jwt" }, claims: { ...claims, exp } })
})

test("where an access token is expected no other kind is accepted", async () => {
  expect(await acceptedBy(tokens.access_token)).toEqual(everyVerifier)
  for (const other of [tokens.id_token, tokens.refresh_token, logoutToken, internal])
    expect(await acceptedBy(other)).toEqual([])
  const code = await postForm(endpoint("token"), {
    grant_type: "authorization_code",
    code: tokens.access_token,
  })
  expect(code.status).toBe(401)
})

test("nor one of our own key that only says what it is in another word", async () => {
  for (const typ of [
    "ID",
    "Refresh",
    "Offline",
    "Logout",
    "bearer",
    "BEARER",
    "",
    undefined,
    null,
    ["Bearer"],
  ])
    expect(await acceptedBy(forge(tokens.access_token, key, { claims: { typ } }))).toEqual([])
  for (const typ of ["logout+jwt", "gatehouse-internal+jwt"]) {
    const accepted = await acceptedBy(forge(tokens.access_token, key, { header: { typ } }))
    expect(accepted).toEqual([])
  }
})

describe("the reverse: an access token where another kind is expected", () => {
  test("is no refresh token", async () => {
    const refresh = (token: string) =>
      postForm(endpoint("token"), {
        grant_type: "refresh_token",
        client_id: "gatehouse-cli",
        refresh_token: token,
      })
    for (const other of [tokens.access_token, tokens.id_token, logoutToken, internal])
      expect(await refresh(other)).toMatchObject({ status: 400, json: { error: "invalid_grant" } })
    const twin = await refresh(tokens.refresh_token)
    expect(twin.status).toBe(200)
    tokens = { ...tokens, ...(twin.json as Tokens) }
  })

  test("is no ID token hint: it ends no session", async () => {
    for (const other of [tokens.access_token, tokens.refresh_token, logoutToken, internal]) {
      const answer = await ask(`${endpoint("logout")}?${new URLSearchParams({ id_token_hint: other })}`)
      expect(answer.status).toBe(400)
    }
    expect(await acceptedBy(tokens.access_token)).toEqual(everyVerifier)
  })

  test("is no logout token", async () => {
    const receive = (token: string) =>
      postForm(`${governance}/internal/backchannel-logout/acme`, { logout_token: token })
    for (const other of [tokens.access_token, tokens.id_token, tokens.refresh_token, internal])
      expect((await receive(other)).status).toBe(400)
    expect((await receive(logoutToken)).status).toBe(204)
    expect(await acceptedBy(tokens.access_token)).toEqual(everyVerifier)
  })

  test("is no internal token, and no key of the authorization engine", async () => {
    const service = (token: string) => ask(`${governance}/v1/me`, { token })
    for (const other of [tokens.access_token, tokens.id_token, tokens.refresh_token, logoutToken])
      expect((await service(other)).status).toBe(401)
    const renamed = forge(tokens.access_token, key, { header: { typ: "gatehouse-internal+jwt" } })
    expect((await service(renamed)).status).toBe(401)
    expect((await service(internal)).status).toBe(200)
    const stores = (token: string) => ask(`${addressOf("authorization")}/stores`, { token })
    for (const other of [tokens.access_token, internal]) expect((await stores(other)).status).toBe(401)
    expect((await stores(plane.credentials.authorization ?? "")).status).toBe(200)
  })
})
