import { expect, test } from "vitest"
import { parseHost } from "./parse-host.ts"

test.each([
  ["acme.localhost", "acme.localhost"],
  ["ACME.LocalHost", "acme.localhost"],
  ["acme.localhost:8080", "acme.localhost"],
  ["acme.localhost.", "acme.localhost"],
  ["Acme.Localhost.:8080", "acme.localhost"],
  ["127.0.0.1:8080", "127.0.0.1"],
  ["[::1]:8080", "[::1]"],
  ["[::1]", "[::1]"],
])("%s is %s", (header, canonical) => {
  expect(parseHost(header)).toBe(canonical)
})

test.each([
  "",
  ".",
  "acme.localhost..",
  ".acme.localhost",
  "acme.localhost:",
  "acme.localhost:80:80",
  "acme.localhost:123456",
  "user@acme.localhost",
  "acme.localhost/x",
  "acme.localhost,globex.localhost",
  "acme localhost",
  "acme_localhost",
  "acmé.localhost",
  "acme.localhost\t",
  "[::1",
  "a".repeat(261),
])("%j is no host", (header) => {
  expect(() => parseHost(header)).toThrow(expect.objectContaining({ code: "gateway.malformed_request" }))
})
