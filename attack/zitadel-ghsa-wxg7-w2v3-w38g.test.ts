import { beforeAll, describe, expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { postForm } from "../tests/support/login.ts"
import { governanceAddress } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, loginAs } from "./support/plane.ts"
import { forge, type RealmKey, realmKey } from "./support/realm-keys.ts"
import { acceptedBy, everyVerifier } from "./support/verifiers.ts"

let token: string
let key: RealmKey
let governance: string
beforeAll(async () => {
  token = (await loginAs(acme)).access_token
  key = await realmKey("acme")
  governance = await governanceAddress()
})

const now = () => Math.floor(Date.now() / 1000)
/** What no token's time may be. `undefined` leaves the claim out. */
const noTimes = [undefined, null, "", "9999999999", -1, 1.5, true, [], {}]
const faults = (): [string, Record<string, unknown>][] => [
  ...["exp", "iat"].flatMap((claim) =>
    noTimes.map((value): [string, Record<string, unknown>] => [
      `${claim} ${JSON.stringify(value)}`,
      { [claim]: value },
    ]),
  ),
  ["expired", { iat: now() - 100, exp: now() - 1 }],
  ["expired long ago", { iat: now() - 7_200, exp: now() - 7_000 }],
  ["from the future", { iat: now() + 60, exp: now() + 90 }],
  ["not yet to be used", { nbf: now() + 60 }],
  ["with a not-before that is no time", { nbf: "soon" }],
]

describe("a token without a proper beginning and end is refused", () => {
  test("an access token, everywhere; the twin with both is accepted", async () => {
    expect(await acceptedBy(forge(token, key, { claims: { iat: now(), exp: now() + 60 } }))).toEqual(
      everyVerifier,
    )
    for (const [name, claims] of faults())
      expect([name, await acceptedBy(forge(token, key, { claims }))]).toEqual([name, []])
  })

  test("an access token that never ends, or that is older than the revocations that are kept", async () => {
    const endless = forge(token, key, { claims: { exp: 7 } }).split(".")[1] ?? ""
    const text = Buffer.from(endless, "base64url").toString().replace('"exp":7', '"exp":1e400')
    const { signRaw } = await import("@gatehouse/tokens/testing")
    const header = Buffer.from(token.split(".")[0] ?? "", "base64url")
    expect(await acceptedBy(signRaw(header, text, key.privateKey))).toEqual([])
    const long = await acceptedBy(forge(token, key, { claims: { iat: now() - 10, exp: now() + 3_600 } }))
    expect(long.filter((name) => name.startsWith("gateway"))).toEqual([])
  })

  test("an internal token at a service", async () => {
    const statusWith = async (claims: Record<string, unknown>) =>
      (await ask(`${governance}/v1/me`, { token: await internalToken("GET", "/v1/me", claims) })).status
    expect(await statusWith({})).toBe(200)
    for (const [name, claims] of faults()) expect([name, await statusWith(claims)]).toEqual([name, 401])
    expect(await statusWith({ exp: now() + 3_600 })).toBe(401)
  })

  test("a logout token", async () => {
    const real = {
      typ: "Logout",
      aud: "gatehouse-cli",
      sid: "nobody",
      events: { "http://schemas.openid.net/event/backchannel-logout": {} },
      exp: now() + 100,
    }
    const statusWith = async (claims: Record<string, unknown>) => {
      const logoutToken = forge(token, key, {
        header: { typ: "logout+jwt" },
        claims: { ...real, jti: crypto.randomUUID(), ...claims },
      })
      return (await postForm(`${governance}/internal/backchannel-logout/acme`, { logout_token: logoutToken }))
        .status
    }
    expect(await statusWith({})).toBe(204)
    for (const [name, claims] of faults()) expect([name, await statusWith(claims)]).toEqual([name, 400])
    expect(await statusWith({ iat: now() - 3_600 })).toBe(400)
  })
})
