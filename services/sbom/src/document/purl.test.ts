import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { readPurl } from "./purl.ts"

const part = fc
  .string({ minLength: 1, maxLength: 12 })
  .filter((text) => text.trim() === text && /[a-z0-9]/i.test(text) && !text.includes("/"))
const type = fc.constantFrom("npm", "pypi", "maven", "deb", "golang", "conan", "cran", "swift", "generic")

describe("readPurl", () => {
  test("reads its own canonical form to the same value", () => {
    fc.assert(
      fc.property(type, fc.option(part), part, fc.option(part), (kind, namespace, name, version) => {
        const text = `pkg:${kind}/${namespace === null ? "" : `${encodeURIComponent(namespace)}/`}${encodeURIComponent(name)}${version === null ? "" : `@${encodeURIComponent(version)}`}`
        const read = readPurl(text)
        expect(read).toBeDefined()
        expect(readPurl(read?.canonical ?? "")).toEqual(read)
      }),
      { numRuns: 500 },
    )
  })

  test("all versions of a package share one base, and the base itself has no version", () => {
    fc.assert(
      fc.property(type, part, part, part, (kind, name, first, second) => {
        const of = (version: string) =>
          readPurl(`pkg:${kind}/ns/${encodeURIComponent(name)}@${encodeURIComponent(version)}`)
        expect(of(first)?.base).toBe(of(second)?.base)
        expect(readPurl(of(first)?.base ?? "")).toMatchObject({ version: null, base: of(first)?.base })
      }),
    )
  })

  test("never throws, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => void readPurl(`pkg:${text}`)),
      { numRuns: 2_000 },
    )
  })

  test.each([
    ["pkg:npm/%40angular/core@20.1.0", "pkg:npm/%40angular/core", "20.1.0"],
    ["pkg:npm/@angular/core@20.1.0", "pkg:npm/%40angular/core", "20.1.0"],
    ["PKG:NPM/Lodash", "pkg:npm/lodash", null],
    ["pkg:pypi/Django_Rest@3", "pkg:pypi/django-rest", "3"],
    ["pkg:cran/ggplot2", "pkg:cran/ggplot2", null],
    ["pkg:conan/openssl.org/openssl@3.0", "pkg:conan/openssl.org/openssl", "3.0"],
  ])("%s is a version of its package", (text, base, version) => {
    expect(readPurl(text)).toMatchObject({ base, version })
  })

  test("qualifiers in any order and case of key read the same", () => {
    expect(readPurl("pkg:deb/debian/curl@8?distro=x&ARCH=i386")).toEqual(
      readPurl("pkg:deb/debian/curl@8?arch=i386&distro=x"),
    )
  })

  test.each([
    "",
    "pkg:",
    "pkg:npm",
    "pkg:npm/",
    "npm/lodash",
    "https://example.org",
    "pkg://user:pass@npm/x",
    "pkg:npm/a%00b",
    "pkg:npm/%",
    `pkg:npm/${"a".repeat(2_000)}`,
  ])("%j is none", (text) => expect(readPurl(text)).toBeUndefined())
})
