import { z } from "@gatehouse/sdk"
import fc from "fast-check"
import { describe, expect, it } from "vitest"
import { createSearchPages } from "./search-pages.ts"

const pages = createSearchPages("test", z.int().min(1))
const refused = expect.objectContaining({ code: "request.invalid_cursor" })
const tokenFor = (question: unknown, limit = 2, next = 7) =>
  pages.write(pages.read({ limit }, question), question, { count: limit, next }).next_token

describe("pages of a search", () => {
  it("a token leads on for the same question, whatever the order of its members, and for no other", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (question, other) => {
        const token = tokenFor(question)
        expect(pages.read({ token }, question)).toEqual({ limit: 2, after: 7 })
        if (JSON.stringify(sorted(question)) === JSON.stringify(sorted(other)))
          expect(pages.read({ token }, other)).toEqual({ limit: 2, after: 7 })
        else expect(() => pages.read({ token }, other)).toThrow(refused)
      }),
    )
  })

  it("takes no list of pairs for an object, and no missing member for another one", () => {
    expect(() => pages.read({ token: tokenFor({ a: 1 }) }, [["a", 1]])).toThrow(refused)
    expect(() => pages.read({ token: tokenFor({ a: 1 }) }, { a: "1" })).toThrow(refused)
    expect(pages.read({ token: tokenFor({ a: 1, b: undefined }) }, { a: 1 }).after).toBe(7)
    expect(pages.read({ token: tokenFor({ a: 1, b: 2 }) }, { b: 2, a: 1 }).after).toBe(7)
  })

  it("a token is of one search, one limit, and never one's own making", () => {
    const token = tokenFor("q")
    expect(pages.read({ token, limit: 2 }, "q").after).toBe(7)
    expect(() => pages.read({ token, limit: 3 }, "q")).toThrow(refused)
    expect(() => createSearchPages("other", z.int()).read({ token }, "q")).toThrow(refused)
    const forged = JSON.parse(Buffer.from(token, "base64url").toString("utf8"))
    for (const change of [{ place: 0 }, { place: "7" }, { limit: 201 }, { limit: -1 }, { question: "" }]) {
      const text = JSON.stringify([forged[0], { ...forged[1], ...change }])
      expect(() => pages.read({ token: Buffer.from(text).toString("base64url") }, "q")).toThrow(refused)
    }
  })

  it("ends with an empty token, which starts anew; a limit of nothing stays where it is", () => {
    const page = pages.read({ limit: 0 }, "q")
    const { next_token: stay, count } = pages.write(page, "q", { count: 0, next: undefined })
    expect([count, pages.read({ token: stay }, "q")]).toEqual([0, { limit: 0, after: undefined }])
    expect(pages.write(pages.read({}, "q"), "q", { count: 5, next: undefined }).next_token).toBe("")
    expect(pages.read({ token: "" }, "q")).toEqual({ limit: 50, after: undefined })
    expect(pages.read({ limit: 1_000_000 }, "q").limit).toBe(200)
  })
})

/** The same JSON with its members in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? 0 : value
  const names = Object.keys(value).sort()
  return names.map((name) => [name, sorted((value as Record<string, unknown>)[name])]).concat([["object"]])
}
