import { request } from "node:http"
import { expect, test } from "vitest"
import { createBrowserStep } from "./browser-step.ts"

/** A request as a page in a browser may send it: any method, path and host name. */
function send(url: URL, options: { method?: string; host?: string } = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const { method = "GET", host = url.host } = options
    request(url, { method, headers: { host } }, (response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
      .once("error", reject)
      .end()
  })
}

test("the redirect is taken from one path, method and host name; then nothing listens any more", async () => {
  const opened: URL[] = []
  const step = await createBrowserStep({ announce: () => {}, open: (address) => opened.push(address) })
  const redirect = new URL(step.redirectUri)
  expect([redirect.hostname, redirect.pathname]).toEqual(["127.0.0.1", "/callback"])
  const login = new URL("http://localhost:8081/realms/acme/protocol/openid-connect/auth?state=s")
  const callback = step.authorize(login)
  expect(opened).toEqual([login])

  expect(await send(new URL("/", redirect))).toBe(404)
  expect(await send(new URL("/callback/x", redirect))).toBe(404)
  expect(await send(redirect, { method: "POST" })).toBe(404)
  expect(await send(redirect, { host: `rebound.example:${redirect.port}` })).toBe(404)

  redirect.search = "code=c&state=s&iss=http%3A%2F%2Flocalhost%3A8081"
  expect(await send(redirect)).toBe(200)
  expect((await callback).href).toBe(redirect.href)
  step.close?.()
  await expect(send(redirect)).rejects.toMatchObject({ code: "ECONNREFUSED" })
})
