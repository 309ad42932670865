import { revealSecret, Secret } from "@gatehouse/kernel"
import fc from "fast-check"
import pg from "pg"
import { expect, test } from "vitest"
import { quoteIdentifier, quoteLiteral } from "../sql/identifier.ts"
import { testAdminUrl, uniqueName } from "../testing/create-test-database.ts"
import { administer } from "./administer.ts"
import { deriveLoginPassword, scramVerifier } from "./login-password.ts"

test("a login's password is the same at every call, and another's says nothing about it", () => {
  const text = "k".repeat(32)
  const key = new Secret(text)
  expect(revealSecret(deriveLoginPassword(key, "gatehouse_acme_sbom"))).toBe(
    revealSecret(deriveLoginPassword(new Secret(text), "gatehouse_acme_sbom")),
  )
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string({ minLength: 32 }), (one, two, secret) => {
      fc.pre(one !== two)
      const [first, second] = [one, two].map((login) =>
        revealSecret(deriveLoginPassword(new Secret(secret), login)),
      )
      expect(first).not.toBe(second)
      expect(first).toMatch(/^[A-Za-z0-9_-]{43}$/)
    }),
  )
  expect(revealSecret(deriveLoginPassword(new Secret("o".repeat(32)), "x"))).not.toBe(
    revealSecret(deriveLoginPassword(key, "x")),
  )
})

test("a key that is shorter than its hash is refused", () => {
  for (const short of ["", "key", "k".repeat(31)])
    expect(() => deriveLoginPassword(new Secret(short), "gatehouse_acme_sbom")).toThrow()
})

test("PostgreSQL takes the verifier for the password, and never sees the password itself", async () => {
  const login = uniqueName("login")
  const password = deriveLoginPassword(new Secret("k".repeat(32)), login)
  const verifier = await scramVerifier(password)
  expect(verifier).not.toContain(revealSecret(password))
  await administer(testAdminUrl(), undefined, async (administrator) => {
    await administrator.query(
      `create role ${quoteIdentifier(login)} login password ${quoteLiteral(verifier)}`,
    )
    await administrator.query(`grant connect on database postgres to ${quoteIdentifier(login)}`)
  })
  const address = new URL(revealSecret(testAdminUrl()))
  address.username = login
  address.password = revealSecret(password)
  const client = new pg.Client({ connectionString: address.href })
  await client.connect()
  expect((await client.query("select current_user as me")).rows).toEqual([{ me: login }])
  await client.end()
})

test("two verifiers of one password differ, so that nobody can tell who shares one", async () => {
  const password = new Secret("same")
  expect(await scramVerifier(password)).not.toBe(await scramVerifier(password))
})
