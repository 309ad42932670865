import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { isUnambiguousUri, matchesRegisteredUri, registeredUris } from "./redirect-uri.ts"

const development = { requireHttps: false }
const matches = (registered: string[], uri: string, options = development) =>
  matchesRegisteredUri(registeredUris({ rootUrl: undefined }, registered), uri, options)

describe("a registered redirect URI", () => {
  test("matches the same characters and nothing else", () => {
    expect(matches(["https://app.example/cb?x=1"], "https://app.example/cb?x=1")).toBe(true)
    for (const other of [
      "https://app.example/cb",
      "https://app.example/cb?x=1&y=2",
      "https://app.example/CB?x=1",
      "https://app.example:444/cb?x=1",
      "http://app.example/cb?x=1",
      "https://app.example.evil/cb?x=1",
    ])
      expect(matches(["https://app.example/cb?x=1"], other), other).toBe(false)
  })

  test("with a trailing star matches below it, whatever the query, and its root", () => {
    const registered = ["https://app.example/in/*"]
    for (const uri of ["https://app.example/in/", "https://app.example/in/a/b?c=d", "https://app.example/in"])
      expect(matches(registered, uri), uri).toBe(true)
    for (const uri of ["https://app.example/inside", "https://app.example/", "https://other.example/in/a"])
      expect(matches(registered, uri), uri).toBe(false)
    expect(matches(["http://localhost:3000/*"], "http://localhost:3000")).toBe(true)
  })

  test("whose star could reach another host matches nothing", () => {
    for (const pattern of [
      "*",
      "https://*",
      "https://app*",
      "https://app.example*",
      "https://a@app.example/*",
    ])
      expect(matches([pattern], "https://app.example/cb"), pattern).toBe(false)
  })

  test("below the root URL is absolute with it, and matches nothing without", () => {
    expect(registeredUris({ rootUrl: "https://app.example/" }, ["/cb/*"])).toEqual([
      "https://app.example/cb/*",
    ])
    expect(registeredUris({ rootUrl: undefined }, ["/cb/*"])).toEqual([])
  })
})

describe("a registered loopback address", () => {
  test("without a port lets the port vary and nothing else", () => {
    const registered = ["http://127.0.0.1/callback", "http://[::1]/*"]
    expect(matches(registered, "http://127.0.0.1:49152/callback")).toBe(true)
    expect(matches(registered, "http://127.0.0.1/callback")).toBe(true)
    expect(matches(registered, "http://[::1]:8/anything")).toBe(true)
    expect(matches(registered, "http://[::1]:1/anything")).toBe(true)
    for (const uri of [
      "http://127.0.0.1:49152/other",
      "http://127.0.0.1:49152/callback/",
      "https://127.0.0.1:49152/callback",
      "http://127.0.0.2:49152/callback",
      "http://localhost:49152/callback",
      "http://127.0.0.1:49152@evil.example/callback",
      "http://127.0.0.1.evil.example:49152/callback",
    ])
      expect(matches(registered, uri), uri).toBe(false)
  })

  test("with a port keeps it", () => {
    expect(matches(["http://127.0.0.1:3000/cb"], "http://127.0.0.1:3001/cb")).toBe(false)
    expect(matches(["http://127.0.0.1:3000/cb"], "http://127.0.0.1:3000/cb")).toBe(true)
  })
})

test("under an https issuer plain http is for loopback alone", () => {
  const registered = ["http://app.example/cb", "http://127.0.0.1/cb", "http://acme.localhost:8080/*"]
  const production = { requireHttps: true }
  expect(matches(registered, "http://app.example/cb")).toBe(true)
  expect(matches(registered, "http://app.example/cb", production)).toBe(false)
  expect(matches(registered, "http://127.0.0.1:5000/cb", production)).toBe(true)
  expect(matches(registered, "http://acme.localhost:8080/cb", production)).toBe(true)
})

describe("a URI that check and browser could read differently", () => {
  const ambiguous = [
    "https://app.example/in/..;/out",
    "https://app.example/in/../out",
    "https://app.example/in/%2e%2e/out",
    "https://app.example/in/..%3b/out",
    "https://app.example/in/x%3fy",
    "https://app.example/in/x%23y",
    "https://app.example/in/%c0%ae%c0%ae/out",
    "https://app.example/in/.%2E/out",
    "https://app.example/in/./x",
    "https://app.example/in/a%2fb",
    "https://app.example/in/a%5cb",
    "https://app.example/in/a%255cb",
    "https://app.example/in/a\\b",
    "https:\\\\app.example\\in\\",
    "https://user@app.example/in/",
    "https://app.example@evil.example/in/",
    "https://a@b@app.example/in/",
    "https://app.example/in/#fragment",
    "https://app.example/in/\t",
    "https://app.example/in/\n",
    "https://app.example/in/%00",
    "https://app.example/in/ä",
    "https://APP.example/in/",
    "https://app.example:443/in/",
    "https:app.example/in/",
    "//app.example/in/",
    "javascript:alert(1)",
    "JaVaScRiPt://app.example/in/%0aalert(1)",
    "data:text/html,x",
    "vbscript:x",
    "ftp://app.example/in/",
    "app:/in/",
  ]
  test.each(ambiguous)("matches neither its own registration nor a wildcard: %j", (uri) => {
    expect(isUnambiguousUri(uri)).toBe(false)
    expect(matches([uri, "https://app.example/*", "https://app.example/in/*"], uri)).toBe(false)
  })

  test("stands beside twins that are fine", () => {
    for (const uri of [
      "https://app.example/in/a.b/..c?q=%2F..",
      "com.example.app:/oauth",
      "https://app.example",
    ])
      expect(isUnambiguousUri(uri), uri).toBe(true)
  })

  test("never matches a wildcard of another origin, whatever is put into it", () => {
    const pieces = [
      "..",
      ";",
      "/",
      "\\",
      "@",
      "%2e",
      "%2f",
      "evil.example",
      ":",
      "?",
      "#",
      "app.example",
      "in",
      "//",
    ]
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 8 }), (parts) => {
        const uri = `https://app.example/in/${parts.join("")}`
        if (!matches(["https://app.example/in/*"], uri)) return
        const seen = new URL(uri)
        expect(seen.origin).toBe("https://app.example")
        expect(seen.pathname.startsWith("/in/")).toBe(true)
      }),
    )
  })
})
