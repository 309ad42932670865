import { expect, test } from "vitest"
import { readBearerToken } from "./read-bearer-token.ts"

const codeOf = (run: () => unknown) => {
  try {
    return run()
  } catch (error) {
    return (error as { code: string }).code
  }
}

test("the token of one bearer header is read, whatever the scheme's case", () => {
  for (const scheme of ["Bearer", "bearer", "BEARER"])
    expect(readBearerToken(`${scheme} a.b.c`)).toBe("a.b.c")
})

test("no header is a missing credential", () => {
  expect(codeOf(() => readBearerToken(undefined))).toBe("tokens.missing")
  expect(codeOf(() => readBearerToken([]))).toBe("tokens.missing")
})

test("two headers, equal ones too, and a list in one are more than one credential", () => {
  expect(codeOf(() => readBearerToken(["Bearer a", "Bearer a"]))).toBe("tokens.ambiguous_credentials")
  expect(codeOf(() => readBearerToken("Bearer a, Bearer b"))).toBe("tokens.ambiguous_credentials")
})

test("another scheme, no token, white space and control characters are malformed", () => {
  for (const value of [
    "Basic YTpi",
    "Bearer",
    "Bearer ",
    "Bearer  a",
    "Bearer a b",
    "Bearer a\t",
    "a.b.c",
    "",
    "Bearer é",
  ])
    expect(codeOf(() => readBearerToken(value))).toBe("tokens.malformed")
})
