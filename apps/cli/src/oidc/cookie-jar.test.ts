import { expect, test } from "vitest"
import { createCookieJar } from "./cookie-jar.ts"

const identity = new URL("http://localhost:8081/realms/acme")

test("cookies go back to the host that set them and to no other", () => {
  const jar = createCookieJar()
  jar.store(identity, [
    "AUTH_SESSION_ID=a; Path=/realms/acme/; HttpOnly; Secure; SameSite=None",
    "KC_RESTART=b=c",
  ])
  expect(jar.headerFor(new URL("/realms/acme/login", identity))).toBe("AUTH_SESSION_ID=a; KC_RESTART=b=c")
  expect(jar.headerFor(new URL("http://localhost:8080/"))).toBeUndefined()
  expect(jar.headerFor(new URL("http://example.org:8081/"))).toBeUndefined()
})

test("a newer cookie takes the older one's place, and one that is taken back is gone", () => {
  const jar = createCookieJar()
  jar.store(identity, ["a=1", "b=1", "c=1"])
  jar.store(identity, ["a=2", "b=; Max-Age=0", "c=; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "nonsense"])
  expect(jar.headerFor(identity)).toBe("a=2")
})
