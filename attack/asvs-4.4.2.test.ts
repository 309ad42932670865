import { beforeAll, expect, test } from "vitest"
import { send, sendRaw } from "../services/gateway/src/testing/send.ts"
import { governanceAddress } from "./support/admin.ts"
import { internalToken } from "./support/internal-tokens.ts"
import { acme, addressOf, loginAs, plane, port } from "./support/plane.ts"

let token: string
/** Every part with a request that passes there. */
let parts: [name: string, port: number, path: string, credential: string][]
beforeAll(async () => {
  token = (await loginAs(acme)).access_token
  const portOf = (url: string) => Number(new URL(url).port)
  parts = [
    ["gateway", port, "/v1/me", token],
    ["governance", portOf(await governanceAddress()), "/v1/me", await internalToken("GET", "/v1/me")],
    ["identity", portOf(addressOf("identity")), "/realms/acme/protocol/openid-connect/userinfo", token],
    ["authorization", portOf(addressOf("authorization")), "/stores", plane.credentials.authorization ?? ""],
  ]
})

/** No route upgrades yet, so no upgrade is right, with a good credential least of all. */
const upgrade = (path: string, credential: string, protocol: string) =>
  [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    `Authorization: Bearer ${credential}`,
    "Connection: Upgrade",
    `Upgrade: ${protocol}`,
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Version: 13",
    "",
    "",
  ].join("\r\n")

test("the twin: the same request without the upgrade passes everywhere", async () => {
  for (const [name, where, path, credential] of parts)
    expect([name, (await send(where, path, { token: credential })).status]).toEqual([name, 200])
})

test("no part upgrades a connection, whatever the protocol and credential", async () => {
  for (const [name, where, path, credential] of parts)
    for (const protocol of ["websocket", "WebSocket", "h2c", "tcp"])
      for (const value of [credential, "none"]) {
        const { statuses } = await sendRaw(where, upgrade(path, value, protocol))
        expect([name, protocol, statuses.includes(101)]).toEqual([name, protocol, false])
      }
})

test("the gateway closes the connection of one that asks, and takes nothing more on it", async () => {
  for (const value of [token, "none"]) {
    const { statuses, closed } = await sendRaw(port, upgrade("/v1/me", value, "websocket").repeat(2))
    expect([statuses, closed]).toEqual([[400], true])
  }
})
