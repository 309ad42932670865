import { expect, test } from "vitest"
import { hashPassword, maximumPasswordCharacters, verifyPasswordHash } from "./password-hash.ts"

test("a password is kept as Argon2id with 19 MiB, two passes and a salt of its own", async () => {
  const [first, second] = await Promise.all([hashPassword("tr0ub4dor"), hashPassword("tr0ub4dor")])
  expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  expect(first).not.toBe(second)
  expect(await verifyPasswordHash(first, "tr0ub4dor")).toBe(true)
})

test("passwords that differ only in case, in a space, in Unicode form or in the hundredth character differ", async () => {
  const long = "a".repeat(200)
  const hash = await hashPassword(long)
  expect(await verifyPasswordHash(hash, long)).toBe(true)
  expect(await verifyPasswordHash(hash, `${long.slice(0, 99)}b${long.slice(100)}`)).toBe(false)
  expect(await verifyPasswordHash(hash, `${long}a`)).toBe(false)
  const accented = await hashPassword("Caf\u00e9 noir")
  for (const other of ["caf\u00e9 noir", "Cafe\u0301 noir", "Caf\u00e9 noir ", "Caf\u00e9noir"]) {
    expect(await verifyPasswordHash(accented, other)).toBe(false)
  }
})

test("a missing, foreign or broken hash is right for no password, the empty one included", async () => {
  for (const hash of [
    undefined,
    "",
    "$2b$10$abcdefghijklmnopqrstuv",
    "$argon2id$v=19$m=19456,t=2,p=1$AAAA$AAAA",
  ]) {
    expect(await verifyPasswordHash(hash, "")).toBe(false)
    expect(await verifyPasswordHash(hash, "x")).toBe(false)
  }
})

test("a password over the limit is refused, never cut", async () => {
  const longest = "p".repeat(maximumPasswordCharacters)
  const hash = await hashPassword(longest)
  expect(await verifyPasswordHash(hash, longest)).toBe(true)
  expect(await verifyPasswordHash(hash, `${longest}p`)).toBe(false)
  expect(await verifyPasswordHash(await hashPassword(""), `${longest}p`)).toBe(false)
})

test("a missing user costs as much time as a present one", async () => {
  const hash = await hashPassword("correct")
  const times: { present: number[]; missing: number[] } = { present: [], missing: [] }
  for (let round = 0; round < 10; round++)
    for (const [name, candidate] of [["present", hash] as const, ["missing", undefined] as const]) {
      const started = performance.now()
      await verifyPasswordHash(candidate, "wrong")
      times[name].push(performance.now() - started)
    }
  // The least of each: what others take on a busy machine is in neither.
  expect(Math.min(...times.missing)).toBeGreaterThan(Math.min(...times.present) / 3)
})
