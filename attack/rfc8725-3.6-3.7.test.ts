import { deflateRawSync } from "node:zlib"
import { signRaw } from "@gatehouse/tokens/testing"
import { beforeAll, describe, expect, test } from "vitest"
import { acme, loginAs } from "./support/plane.ts"
import { decodeToken, forge, type RealmKey, realmKey } from "./support/realm-keys.ts"
import { acceptedBy, everyVerifier } from "./support/verifiers.ts"

let token: string
let key: RealmKey
let header: string
let claims: string
beforeAll(async () => {
  token = (await loginAs(acme)).access_token
  key = await realmKey("acme")
  const [realHeader, realClaims] = decodeToken(token)
  header = JSON.stringify(realHeader)
  claims = JSON.stringify({ ...realClaims, note: "noteX" })
})

/** All of them are signed with the realm's own key: the form alone is what is wrong. */
const signed = (payload: string | Uint8Array, head = header) => signRaw(head, payload, key.privateKey)

describe("a token that two parsers could read differently is refused before its claims are read", () => {
  test("the twin, written anew with another member, is accepted everywhere", async () => {
    expect(await acceptedBy(signed(claims))).toEqual(everyVerifier)
  })

  test("compressed, or said to be", async () => {
    const zipped = JSON.stringify({ ...JSON.parse(header), zip: "DEF" })
    expect(await acceptedBy(signed(deflateRawSync(claims), zipped))).toEqual([])
    expect(await acceptedBy(forge(token, key, { header: { zip: "DEF" } }))).toEqual([])
    expect(await acceptedBy(signed(deflateRawSync(Buffer.alloc(20_000_000, 0x20)), zipped))).toEqual([])
  })

  test("with invalid UTF-8, a byte order mark, or half a surrogate pair", async () => {
    const bytes = Buffer.from(claims)
    const invalid = Buffer.from(bytes)
    invalid[invalid.indexOf("noteX") + 4] = 0xff
    const marked = Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes])
    for (const payload of [invalid, marked, claims.replace("noteX", "\\ud800")])
      expect(await acceptedBy(signed(payload))).toEqual([])
  })

  test("with a member name that comes twice, in any escape and at any depth, in claims or header", async () => {
    const open = claims.slice(0, -1)
    const repeated = [
      `${open},"sub":"somebody"}`,
      `${open},"\\u0073ub":"somebody"}`,
      `${open},"x":{"a":1,"a":2}}`,
    ]
    for (const payload of repeated) expect(await acceptedBy(signed(payload))).toEqual([])
    for (const member of ['"alg":"RS256"', '"\\u0061lg":"RS256"'])
      expect(await acceptedBy(signed(claims, `${header.slice(0, -1)},${member}}`))).toEqual([])
  })

  test("whose parts are spelled in another base64 than the one there is", async () => {
    const parts = token.split(".")
    const spare = (part: string) => {
      const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
      return part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1) ?? "A") + 1]
    }
    const [head = "", payload = "", signature = ""] = parts
    for (const spelling of [
      `${head}.${payload}.${spare(signature)}`,
      `${token}=`,
      `${token}==`,
      `${head}.${payload}=.${signature}`,
      `${head}. ${payload}.${signature}`,
      `${head}.${payload}.${signature.replaceAll("-", "+").replaceAll("_", "/")}`,
    ])
      expect(await acceptedBy(spelling)).toEqual([])
  })
})
