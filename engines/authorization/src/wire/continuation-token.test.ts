import { isGatehouseError } from "@gatehouse/kernel"
import fc from "fast-check"
import { expect, test } from "vitest"
import { decodePositionToken, decodeToken, encodeToken } from "./continuation-token.ts"
import { refusalOf } from "./error-codes.ts"

const kinds = ["stores", "models", "tuples", "changes"] as const
const facts = fc.record({
  kind: fc.constantFrom(...kinds),
  scope: fc.stringMatching(/^[0-9A-Z]{26}$/),
  type: fc.string(),
  after: fc.nat().map(String),
})
const codeOf = (run: () => unknown): string | undefined => {
  try {
    run()
    return undefined
  } catch (error) {
    return isGatehouseError(error) ? refusalOf(error)?.code : String(error)
  }
}

test("a token brings back what it was made of, and has the wire's characters", () => {
  fc.assert(
    fc.property(facts, (given) => {
      const token = encodeToken(given)
      expect(token).toMatch(/^[A-Za-z0-9\-_]+$/)
      expect(decodeToken(token, given, "M")).toBe(given.after)
      expect(decodePositionToken(token, given, "M")).toBe(Number(given.after))
    }),
  )
})

test("a token is refused by every other list, store and type", () => {
  fc.assert(
    fc.property(facts, facts, (given, expected) => {
      fc.pre(given.kind !== expected.kind || given.scope !== expected.scope || given.type !== expected.type)
      const same = given.kind === expected.kind && given.scope === expected.scope
      expect(codeOf(() => decodeToken(encodeToken(given), expected, "M"))).toBe(
        same ? "query_string_type_continuation_token_mismatch" : "invalid_continuation_token",
      )
    }),
  )
})

test("any text is an empty token, this list's, or refused", () => {
  fc.assert(
    fc.property(fc.string(), (token) => {
      fc.pre(token !== "")
      const code = codeOf(() => decodePositionToken(token, { kind: "tuples", scope: "", type: "" }, "M"))
      expect(["validation_error", "invalid_continuation_token"]).toContain(code)
    }),
  )
  expect(decodeToken("", { kind: "tuples", scope: "", type: "" }, "M")).toBeUndefined()
})

test("a position is a whole number, nothing that JavaScript would also read as one", () => {
  for (const after of ["-1", "1.5", "1e3", "0x10", "", " 1", "9".repeat(16)]) {
    const token = encodeToken({ kind: "tuples", scope: "", type: "", after })
    expect(codeOf(() => decodePositionToken(token, { kind: "tuples", scope: "", type: "" }, "M"))).toBe(
      "invalid_continuation_token",
    )
  }
})
