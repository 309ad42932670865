import { inspect } from "node:util"
import { Secret } from "@gatehouse/kernel"
import fc from "fast-check"
import { expect, test } from "vitest"
import { createSealer } from "./sealer.ts"

const sealer = createSealer(new Secret("k".repeat(32)))
const wellFormed = fc.string({ unit: "grapheme" })

test("whatever is sealed opens at its own place, as it was", () => {
  fc.assert(
    fc.property(
      wellFormed,
      wellFormed,
      (text, place) => sealer.open(sealer.seal(text, place), place) === text,
    ),
  )
})

test("a ciphertext that was moved, changed or cut does not open, nor does one of another key", () => {
  const sealed = sealer.seal("the secret", "client_secret/a/1")
  const other = createSealer(new Secret("o".repeat(32)))
  expect(() => sealer.open(sealed, "client_secret/a/2")).toThrow()
  expect(() => other.open(sealed, "client_secret/a/1")).toThrow()
  for (let index = 0; index < sealed.length; index++) {
    const changed = Buffer.from(sealed)
    changed[index] = (changed[index] ?? 0) ^ 1
    expect(() => sealer.open(changed, "client_secret/a/1")).toThrow()
  }
  expect(() => sealer.open(sealed.subarray(0, -1), "client_secret/a/1")).toThrow()
  expect(() => sealer.open(Buffer.alloc(0), "client_secret/a/1")).toThrow()
  expect(sealer.open(sealed, "client_secret/a/1")).toBe("the secret")
})

test("the same text is sealed differently each time, and digests differ by place and key", () => {
  expect(sealer.seal("x", "p").equals(sealer.seal("x", "p"))).toBe(false)
  expect(sealer.digest("x", "p").equals(sealer.digest("x", "p"))).toBe(true)
  expect(sealer.digest("x", "p").equals(sealer.digest("x", "q"))).toBe(false)
  expect(sealer.digest("x", "p").equals(createSealer(new Secret("o".repeat(32))).digest("x", "p"))).toBe(
    false,
  )
  expect(inspect(sealer)).not.toContain("kkkk")
})

test("a key that can be guessed is refused when it is configured", () => {
  expect(() => createSealer(new Secret("k".repeat(31)))).toThrow()
})
