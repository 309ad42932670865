import fc from "fast-check"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createTestRealm, registryOf, type TestRealm, testAudience } from "../testing/index.ts"
import { createAccessTokenVerifier } from "./create-access-token-verifier.ts"

const characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=+/ ~\u0000é"

describe.each(["RS256", "ES256"] as const)("a token signed with %s", (algorithm) => {
  let realm: TestRealm
  let token: string
  beforeAll(async () => {
    realm = await createTestRealm({ organization: "acme", algorithm })
    token = await realm.token()
  })
  afterAll(() => realm.close())

  test("is refused with any one character changed, removed or added", async () => {
    const verifier = createAccessTokenVerifier({ audience: testAudience, issuers: registryOf(realm) })
    await expect(verifier.verify(token)).resolves.toBeDefined()
    const position = fc.nat({ max: token.length - 1 })
    const character = fc.constantFrom(...characters)
    const change = fc.oneof(
      fc.record({ kind: fc.constant("replace" as const), position, character }),
      fc.record({ kind: fc.constant("insert" as const), position: fc.nat({ max: token.length }), character }),
      fc.record({ kind: fc.constant("remove" as const), position, character: fc.constant("") }),
    )
    await fc.assert(
      fc.asyncProperty(change, async ({ kind, position: at, character: by }) => {
        const changed = token.slice(0, at) + by + token.slice(kind === "insert" ? at : at + 1)
        fc.pre(changed !== token)
        await expect(verifier.verify(changed)).rejects.toMatchObject({ status: 401 })
      }),
      { numRuns: 400 },
    )
  })

  test("is refused with every other last character of each part, whose spare bits decoders ignore", async () => {
    const verifier = createAccessTokenVerifier({ audience: testAudience, issuers: registryOf(realm) })
    const parts = token.split(".")
    for (const [index, part] of parts.entries()) {
      for (const last of characters.slice(0, 64)) {
        if (part.endsWith(last)) continue
        const changed = parts.with(index, part.slice(0, -1) + last).join(".")
        await expect(verifier.verify(changed)).rejects.toMatchObject({ status: 401 })
      }
    }
  })
})
