import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseRequestTarget } from "./parse-request-target.ts"

const refused = expect.objectContaining({ code: "gateway.ambiguous_path", status: 400 })
const refuses = (target: string) => {
  try {
    parseRequestTarget(target)
    return false
  } catch (error) {
    expect(error).toEqual(refused)
    return true
  }
}

describe("a plain target", () => {
  test("is taken apart and kept byte for byte", () => {
    expect(parseRequestTarget("/v1/sboms/1?limit=2&cursor=a%2Fb?c")).toEqual({
      path: "/v1/sboms/1",
      query: "limit=2&cursor=a%2Fb?c",
      segments: ["v1", "sboms", "1"],
    })
    expect(parseRequestTarget("/v1/me?").query).toBe("")
    expect(parseRequestTarget("/v1/me").query).toBeUndefined()
  })

  test("may hold what encodeURIComponent makes of an id, an id's own percent signs too", () => {
    for (const text of ["user:acme", "a b", "é", "😀", "a@b", "u%40x", "50%25", "a,b(c)'*!"]) {
      const path = `/v1/x/${encodeURIComponent(text)}`
      expect(parseRequestTarget(path).path).toBe(path)
    }
    expect(parseRequestTarget("/v1/x/user:acme/u%252F1").segments).toEqual([
      "v1",
      "x",
      "user:acme",
      "u%252F1",
    ])
    expect(parseRequestTarget("/v1/x/.../.a/a../a.b").path).toBe("/v1/x/.../.a/a../a.b")
  })

  test("reads the same to a parser that normalizes", () => {
    fc.assert(
      fc.property(fc.webPath({ size: "medium" }), (path) => {
        if (refuses(path)) return
        expect(new URL(path, "http://host").pathname).toBe(path)
        expect(parseRequestTarget(path).segments.map(decodeURIComponent).join("/")).toBe(
          decodeURIComponent(path.slice(1)),
        )
      }),
      { numRuns: 1_000 },
    )
  })
})

describe("a path that can be read in two ways is refused", () => {
  test.each([
    "/v1/../v1/me",
    "/v1/./me",
    "/..",
    "/.",
    "/v1/me/..",
    "/v1/me/.",
    "/v1/%2e%2e/me",
    "/v1/%2E./me",
    "/v1/.%2e/me",
    "/v1/%252e%252e/me",
    "/v1/%25252e%25252e/me",
    "/v1/..%252f..%252fme",
    "/v1/..;/me",
    "/v1/..;x=1/me",
    "/v1/%2e%2e%3b/me",
    "/v1/%c0%ae%c0%ae/me",
    "/v1/%25c0%25ae%25c0%25ae/me",
    "/v1/%25c0%25ae./me",
    "/v1/..%255cme",
  ])("dot segments: %s", (target) => {
    expect(refuses(target)).toBe(true)
  })

  test.each([
    "/v1/a%2fb",
    "/v1/a%2Fb",
    "/v1/a%5cb",
    "/v1/a\\b",
    "\\v1\\me",
    "//v1/me",
    "/v1//me",
    "/v1/me//",
    "/v1/me;a=b",
    "/v1;a/me",
    "/v1/me%3Ba",
    "/v1/me%23",
    "/v1/me%3Fa",
    "/v1/me#a",
    "/v1/me?a#b",
  ])("separators: %s", (target) => {
    expect(refuses(target)).toBe(true)
  })

  test.each([
    "/v1/%6de",
    "/v1/%6De",
    "/%76%31/me",
    "/v1/a%2Db",
    "/v1/a%7Eb",
    "/v1/%",
    "/v1/%1",
    "/v1/%zz",
    "/v1/%u002e",
    "/v1/%ff",
    "/v1/%c3",
    "/v1/%ed%a0%80",
    "/v1/é",
    "/v1/a b",
    "/v1/a\tb",
    "/v1/a\r\nb",
    "/v1/a\0b",
    "/v1/%00",
    "/v1/a%0d%0ab",
    "/v1/%7f",
    "/v1/%2500",
    "/v1/%25250a",
    "/v1/<a>",
    "/v1/{a}",
    "/v1/[a]",
    "/v1/a|b",
    "/v1/a^b",
    '/v1/"a"',
    "/v1/`a`",
  ])("encodings and characters: %j", (target) => {
    expect(refuses(target)).toBe(true)
  })

  test.each([
    "",
    "*",
    "v1/me",
    "?a",
    "http://localhost/v1/me",
    "localhost:80",
    "/v1/me?a b",
    "/v1/me?a\0",
    "/v1/me?é",
  ])("other forms: %j", (target) => {
    expect(refuses(target)).toBe(true)
  })

  test("a path or query over its named length", () => {
    expect(refuses(`/${"a".repeat(2_047)}`)).toBe(false)
    expect(refuses(`/${"a".repeat(2_048)}`)).toBe(true)
    expect(refuses(`/a?${"b".repeat(8_192)}`)).toBe(false)
    expect(refuses(`/a?${"b".repeat(8_193)}`)).toBe(true)
  })

  test("any mix of encodings of a dot segment, at any depth of encoding", () => {
    const dot = fc.constantFrom(".", "%2e", "%2E", "%252e", "%252E", "%25252e", "%c0%ae", "%25c0%25ae")
    const slash = fc.constantFrom("/", "%2f", "%2F", "%252f", "\\", "%5c", "%255c", "//")
    const segment = fc.oneof(
      fc.tuple(dot),
      fc.tuple(dot, dot),
      fc.tuple(dot, dot, fc.constantFrom(";", "%3b", ";a=b")),
    )
    fc.assert(
      fc.property(
        segment,
        slash,
        slash,
        fc.constantFrom("me", "sboms/1", ""),
        (parts, before, after, rest) => {
          expect(refuses(`/v1${before}${parts.join("")}${after}${rest}`)).toBe(true)
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
