import { generateKeyPairSync } from "node:crypto"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { acme, loginAs } from "./support/plane.ts"
import { forge, type RealmKey, realmKey } from "./support/realm-keys.ts"
import { acceptedBy, everyVerifier } from "./support/verifiers.ts"

/** The attacker's key, published at the attacker's address. */
const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
const jwk = { ...publicKey.export({ format: "jwk" }), kid: "attacker", use: "sig", alg: "RS256" }
let token: string
let key: RealmKey
let server: Server
let dialled = 0
let url: string

beforeAll(async () => {
  token = (await loginAs(acme)).access_token
  key = await realmKey("acme")
  server = createServer((_, response) => {
    dialled += 1
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
})
afterAll(() => new Promise((resolve) => server.close(resolve)))

describe("header members that name a key never supply one", () => {
  test("the twin, with the issuer's own key id, is accepted everywhere", async () => {
    expect(await acceptedBy(forge(token, key, { header: { kid: key.keyId } }))).toEqual(everyVerifier)
  })

  test("jku, x5u, x5c and jwk, under the attacker's key id or the realm's", async () => {
    const certificate = Buffer.from("no certificate").toString("base64")
    for (const kid of ["attacker", key.keyId])
      for (const header of [
        { jku: url },
        { x5u: url },
        { x5c: [certificate] },
        { jwk },
        { jku: url, x5u: url, jwk },
      ])
        expect(await acceptedBy(forge(token, key, { header: { kid, ...header }, key: privateKey }))).toEqual(
          [],
        )
  })

  test("nor may they stand beside the realm's own signature", async () => {
    for (const header of [{ jku: url }, { x5u: url }, { jwk }])
      expect(await acceptedBy(forge(token, key, { header }))).toEqual([])
  })

  test("a key id selects among the issuer's keys alone: it is no path, address or query", async () => {
    const ids = [
      url,
      "../../../../dev/null",
      "/dev/null",
      "' or '1'='1",
      "' union select private_jwk from identity.realm_key --",
      "__proto__",
      "constructor",
      `${key.keyId}\0`,
      ` ${key.keyId}`,
      key.keyId.toLowerCase(),
      "",
      "x".repeat(10_000),
    ]
    for (const kid of [...ids, undefined, null, 0, [key.keyId], { kid: key.keyId }])
      for (const signer of [privateKey, key.privateKey])
        expect(await acceptedBy(forge(token, key, { header: { kid }, key: signer }))).toEqual([])
    const empty = forge(token, key, { header: { kid: "/dev/null", alg: "HS256" }, key: { hmac: "" } })
    expect(await acceptedBy(empty)).toEqual([])
  })

  test("and the attacker's address was never dialled", () => {
    expect(dialled).toBe(0)
  })
})
