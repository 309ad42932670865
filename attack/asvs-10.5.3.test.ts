import { randomUUID } from "node:crypto"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { discoverRealm } from "../apps/cli/src/oidc/identity-client.ts"
import { ask } from "../tests/support/http.ts"
import { login, postForm, type Tokens } from "../tests/support/login.ts"
import { createUser, governanceAddress, type OwnUser } from "./support/admin.ts"
import { acme, globex } from "./support/plane.ts"
import { decodeToken, forge, type RealmKey, realmKey } from "./support/realm-keys.ts"

const event = "http://schemas.openid.net/event/backchannel-logout"

let governance: string
let key: RealmKey
let foreignKey: RealmKey
let user: OwnUser
let tokens: Tokens
beforeAll(async () => {
  governance = await governanceAddress()
  key = await realmKey("acme")
  foreignKey = await realmKey("globex")
  user = await createUser("acme")
  tokens = await login({ issuer: acme.issuer, ...user })
})

/** A logout token for the user's session as the realm would sign it, but for the changes. */
function logoutToken(changes: Parameters<typeof forge>[2] = {}): string {
  const [, { sid, sub }] = decodeToken(tokens.access_token)
  const iat = Math.floor(Date.now() / 1000)
  return forge(tokens.id_token, key, {
    key: changes.key ?? key.privateKey,
    header: { typ: "logout+jwt", ...changes.header },
    claims: {
      ...Object.fromEntries(Object.keys(decodeToken(tokens.id_token)[1]).map((claim) => [claim, undefined])),
      iss: acme.issuer,
      aud: "gatehouse-cli",
      iat,
      exp: iat + 120,
      jti: randomUUID(),
      typ: "Logout",
      sub,
      sid,
      events: { [event]: {} },
      ...changes.claims,
    },
  })
}

const receive = async (token: string, realm = "acme") =>
  (await postForm(`${governance}/internal/backchannel-logout/${realm}`, { logout_token: token })).status
const api = async () => (await ask(`${acme.url}/v1/me`, { token: tokens.access_token })).status

describe("a logout message", () => {
  test("without type, event, recent time, subject, or confirmation by the realm ends nothing", async () => {
    const now = Math.floor(Date.now() / 1000)
    const attacks: Readonly<Record<string, string>> = {
      "no type": logoutToken({ header: { typ: undefined } }),
      "type of an access token": logoutToken({ header: { typ: "JWT" } }),
      "no event": logoutToken({ claims: { events: undefined } }),
      "another event": logoutToken({ claims: { events: { "https://example.org/event": {} } } }),
      "an event that is no object": logoutToken({ claims: { events: { [event]: true } } }),
      "events as a list": logoutToken({ claims: { events: [event] } }),
      "with a nonce": logoutToken({ claims: { nonce: "n" } }),
      "neither subject nor session": logoutToken({ claims: { sub: undefined, sid: undefined } }),
      "no id": logoutToken({ claims: { jti: undefined } }),
      "no time": logoutToken({ claims: { iat: undefined } }),
      "no end": logoutToken({ claims: { exp: undefined } }),
      old: logoutToken({ claims: { iat: now - 3_600, exp: now + 120 } }),
      expired: logoutToken({ claims: { iat: now - 240, exp: now - 120 } }),
      "from the future": logoutToken({ claims: { iat: now + 600, exp: now + 720 } }),
      "another issuer": logoutToken({ claims: { iss: globex.issuer } }),
      "another audience": logoutToken({ claims: { aud: "somebody-else" } }),
      "signed by another realm": logoutToken({ key: foreignKey.privateKey }),
      "not signed": `${logoutToken().split(".").slice(0, 2).join(".")}.`,
      "an ID token": tokens.id_token,
      nonsense: "e30.e30.e30",
    }
    for (const [attack, token] of Object.entries(attacks))
      expect([attack, await receive(token)]).toEqual([attack, 400])
    expect(await receive(logoutToken(), "globex")).toBe(400)
    expect(await api()).toBe(200)
  })

  test("that is right ends the session, once: it is no use later", async () => {
    const token = logoutToken()
    expect(await receive(token)).toBe(204)
    await expect.poll(api, { interval: 100 }).toBe(401)
    expect(await receive(token)).toBe(400)
  })
})

describe("discovery", () => {
  let server: Server
  let named: string
  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.setHeader("content-type", "application/json")
      response.end(
        JSON.stringify({
          issuer: named,
          authorization_endpoint: `${named}/auth`,
          token_endpoint: `${named}/token`,
        }),
      )
    })
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  })
  afterAll(() => {
    server.close()
    server.closeAllConnections()
  })

  test("that names another issuer than the one asked for is refused", async () => {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/realms/acme`
    for (const other of [
      acme.issuer,
      `${issuer}/`,
      issuer.replace("acme", "globex"),
      issuer.replace("127.0.0.1", "localhost"),
      "",
    ]) {
      named = other
      await expect(discoverRealm(issuer), other).rejects.toMatchObject({ code: "cli.unexpected_answer" })
    }
    named = issuer
    expect((await discoverRealm(issuer)).serverMetadata().issuer).toBe(issuer)
  })
})
