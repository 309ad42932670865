import { beforeAll, expect, inject, test } from "vitest"
import { createIdentityRealm, type IdentityRealm } from "./support/identity-realm.ts"
import { openLogin, submitLogin } from "./support/sign-in.ts"

let realm: IdentityRealm
beforeAll(async () => {
  realm = await createIdentityRealm(inject("plane"))
})

/** Whether each of these signs in where the first is the user's password. */
async function signsIn(username: string, passwords: readonly string[]): Promise<boolean[]> {
  const credentials = [{ type: "password", value: passwords[0], temporary: false }]
  await realm.addUser(username, { credentials })
  const results: boolean[] = []
  for (const secret of passwords) {
    const { browser, page } = await openLogin(realm)
    results.push((await submitLogin(browser, page, username, secret)).status === 303)
  }
  return results
}

test("passwords that differ only in case differ", async () => {
  const own = "Correct Horse Battery Staple"
  expect(await signsIn("case", [own, own.toLowerCase(), own.toUpperCase(), `c${own.slice(1)}`])).toEqual([
    true,
    false,
    false,
    false,
  ])
})

test("passwords that differ only in the hundredth character, or after it, differ", async () => {
  const own = "a".repeat(99)
  expect(await signsIn("hundredth", [`${own}b`, `${own}c`, own, `${own}bb`, own.slice(0, 72)])).toEqual([
    true,
    false,
    false,
    false,
    false,
  ])
  const long = "x".repeat(1_000)
  expect(await signsIn("thousandth", [`${long}1`, `${long}2`, long])).toEqual([true, false, false])
})

test("passwords that differ only in spaces, accents, Unicode form or after a null differ", async () => {
  expect(await signsIn("spaces", ["pass word!", " pass word!", "pass word! ", "password!"])).toEqual([
    true,
    false,
    false,
    false,
  ])
  expect(await signsIn("accents", ["caf\u00e9 au lait", "cafe au lait", "CAF\u00c9 AU LAIT"])).toEqual([
    true,
    false,
    false,
  ])
  expect(await signsIn("nulls", ["before\u0000after", "before", "before\u0000"])).toEqual([
    true,
    false,
    false,
  ])
})
