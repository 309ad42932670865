import { createManualClock } from "@gatehouse/kernel"
import { fetch } from "undici"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { createTestRealm, type TestRealm } from "../testing/index.ts"
import { createFixedKeySource, createRemoteKeySource } from "./create-key-source.ts"

let clock = createManualClock(1_800_000_000_000)
let realm: TestRealm
beforeEach(async () => {
  clock = createManualClock(1_800_000_000_000)
  realm = await createTestRealm({ organization: "acme", clock })
})
afterEach(() => realm.close())

const source = () => createRemoteKeySource({ uri: realm.entry.jwksUri, algorithm: "RS256", fetch, clock })
const unavailable = { code: "tokens.unavailable" }

describe("a published key set", () => {
  test("is fetched once for many who ask at the same time", async () => {
    const keys = source()
    const found = await Promise.all(Array.from({ length: 50 }, () => keys.keyFor(realm.keyId)))
    expect(found.every((key) => key?.keyId === realm.keyId)).toBe(true)
    expect(realm.fetches).toBe(1)
  })

  test("is fetched again for a key id not seen before, so a rotation is followed at once", async () => {
    const keys = source()
    const before = realm.keyId
    await keys.keyFor(before)
    realm.rotate()
    clock.advance(1_000)
    expect(await keys.keyFor(realm.keyId)).toBeDefined()
    expect(await keys.keyFor(before)).toBeUndefined()
  })

  test("is fetched at most once a second for key ids that somebody makes up", async () => {
    const keys = source()
    await keys.keyFor(realm.keyId)
    for (let index = 0; index < 100; index += 1) expect(await keys.keyFor(`made-up-${index}`)).toBeUndefined()
    expect(realm.fetches).toBe(1)
    clock.advance(1_000)
    for (let index = 0; index < 100; index += 1) expect(await keys.keyFor(`made-up-${index}`)).toBeUndefined()
    expect(realm.fetches).toBe(2)
  })

  test("is looked at again after a minute of use, so a withdrawn key stops", async () => {
    const keys = source()
    const withdrawn = realm.keyId
    await keys.keyFor(withdrawn)
    realm.rotate()
    clock.advance(61_000)
    expect(await keys.keyFor(withdrawn)).toBeDefined()
    await expect.poll(() => keys.keyFor(withdrawn)).toBeUndefined()
  })

  test("is waited for after two minutes", async () => {
    const keys = source()
    const withdrawn = realm.keyId
    await keys.keyFor(withdrawn)
    realm.rotate()
    clock.advance(121_000)
    expect(await keys.keyFor(withdrawn)).toBeUndefined()
  })
})

describe("an issuer out of reach", () => {
  test("is a refusal while no keys were ever had", async () => {
    realm.answerKeysWith((_, response) => response.writeHead(500).end("{}"))
    await expect(source().keyFor(realm.keyId)).rejects.toMatchObject(unavailable)
  })

  test("leaves old keys in use for ten minutes and no longer", async () => {
    const keys = source()
    await keys.keyFor(realm.keyId)
    realm.answerKeysWith((_, response) => response.writeHead(503).end())
    clock.advance(599_000)
    expect(await keys.keyFor(realm.keyId)).toBeDefined()
    clock.advance(2_000)
    await expect(keys.keyFor(realm.keyId)).rejects.toMatchObject(unavailable)
    realm.answerKeysWith(undefined)
    clock.advance(1_000)
    expect(await keys.keyFor(realm.keyId)).toBeDefined()
  })

  test("is not asked again within a second of a failure", async () => {
    realm.answerKeysWith((_, response) => response.writeHead(500).end())
    const keys = source()
    for (let index = 0; index < 20; index += 1)
      await expect(keys.keyFor(realm.keyId)).rejects.toMatchObject(unavailable)
    expect(realm.fetches).toBe(1)
  })

  test("makes an unknown key id a refusal for now, not an answer about the token", async () => {
    const keys = source()
    await keys.keyFor(realm.keyId)
    realm.answerKeysWith((_, response) => response.writeHead(500).end())
    clock.advance(5_000)
    await expect(keys.keyFor("unseen")).rejects.toMatchObject(unavailable)
  })
})

describe("an answer that is no key set", () => {
  test("is refused: too large, redirected, not JSON, not UTF-8, or of another form", async () => {
    const elsewhere = await createTestRealm({ organization: "globex" })
    const answers: Parameters<TestRealm["answerKeysWith"]>[0][] = [
      (_, response) => response.end(`{"keys":[],"x":"${"y".repeat(300_000)}"}`),
      (_, response) => response.writeHead(302, { location: elsewhere.entry.jwksUri }).end(),
      (_, response) => response.end("<html>"),
      (_, response) => response.end(Buffer.from([0x7b, 0xff, 0x7d])),
      (_, response) => response.end('{"keys":7}'),
      (_, response) => response.end("[]"),
      (request) => request.socket.destroy(),
    ]
    for (const answer of answers) {
      realm.answerKeysWith(answer)
      await expect(source().keyFor(realm.keyId)).rejects.toMatchObject(unavailable)
    }
    expect(elsewhere.fetches).toBe(0)
    await elsewhere.close()
  })

  test("is given up when it does not end", async () => {
    realm.answerKeysWith((_, response) => {
      response.write('{"keys":[')
    })
    await expect(source().keyFor(realm.keyId)).rejects.toMatchObject(unavailable)
  })
})

test("keys that are configured must all be usable", () => {
  const jwk = { ...realm.publicKey.export({ format: "jwk" }), kid: "a" }
  const refused = expect.objectContaining({ code: "tokens.not_configured" })
  expect(() => createFixedKeySource({ keys: [jwk] }, "RS256")).not.toThrow()
  expect(() => createFixedKeySource({ keys: [jwk, { kty: "oct", kid: "b", k: "AA" }] }, "RS256")).toThrow(
    refused,
  )
  expect(() => createFixedKeySource({ keys: [] }, "RS256")).toThrow(refused)
  expect(() => createFixedKeySource({ keys: [jwk] }, "ES256")).toThrow(refused)
})
