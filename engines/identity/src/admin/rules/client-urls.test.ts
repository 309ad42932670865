import { expect, test } from "vitest"
import type { ClientInput } from "../../store/clients.ts"
import { defaultClient } from "../representations/client.ts"
import { violationOfClientUrls } from "./client-urls.ts"

const violation = (change: Partial<ClientInput>) =>
  violationOfClientUrls({ ...defaultClient, clientId: "c", ...change })

const badUrls = [
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)//https://x",
  " javascript:alert(1)",
  "java\tscript:alert(1)",
  "data:text/html,x",
  "DATA:text/html,x",
  "vbscript:x",
  "blob:https://x.example/1",
  "file:///etc/passwd",
  "ftp://x.example/",
  "view-source:https://x.example/",
  "com.example.app:/callback",
  "https:evil",
  "//evil.example/",
  "\\\\evil.example",
  "https://user@app.example/",
  "https://a@b@app.example/",
  "https://app.example/../x",
  "https://app.example/..;/x",
  "https://app.example/%2e%2e/x",
  "https://app.example/a%2fb",
  "https://app.example\\@evil.example/",
  "https://app.example/\u0000",
  "https://app.example/#fragment",
  "/../x",
  "/\\evil.example",
]

const urlAttributes = [
  "logoUri",
  "policyUri",
  "tosUri",
  "post.logout.redirect.uris",
  "backchannel.logout.url",
  "frontchannel.logout.url",
  "jwks.url",
  "request.uris",
  "LOGOURI",
]

test.each(badUrls)("%j is refused in every field that holds a URL", (url) => {
  const fields: Partial<ClientInput>[] = [
    { rootUrl: url },
    { baseUrl: url },
    { adminUrl: url },
    { redirectUris: ["https://fine.example/*", url] },
    { webOrigins: [url] },
    ...urlAttributes.map((name) => ({ attributes: { [name]: url } })),
    { attributes: { "post.logout.redirect.uris": `https://fine.example/##${url}` } },
  ]
  for (const field of fields) expect([field, violation(field)]).toEqual([field, expect.any(String)])
})

test.each([
  "*",
  "/*/x",
  "https://*",
  "https://app.example*",
  "https://*.example/*",
  "https://app.example/a?b=*",
  "https://app.example/*/*",
  "http*",
])("a wildcard that could match another host or place is refused: %s", (uri) => {
  expect(violation({ redirectUris: [uri] })).toBeDefined()
  expect(violation({ attributes: { "post.logout.redirect.uris": uri } })).toBeDefined()
})

test("no URL but redirect URIs takes a wildcard, and no origin is more than an origin", () => {
  expect(violation({ baseUrl: "https://app.example/*" })).toBeDefined()
  expect(violation({ attributes: { "backchannel.logout.url": "https://app.example/*" } })).toBeDefined()
  for (const origin of ["*", "https://a.example/", "https://a.example/x", "https://A.example", "null"]) {
    expect(violation({ webOrigins: [origin] })).toBeDefined()
  }
})

test("http and https URLs, rooted paths, wildcards at the end of a path, + and - are taken", () => {
  expect(
    violation({
      rootUrl: "https://app.example",
      baseUrl: "/home",
      adminUrl: "https://app.example/admin",
      redirectUris: [
        "https://app.example/*",
        "https://app.example/a/*",
        "/callback",
        "/*",
        "http://127.0.0.1/*",
        "http://acme.localhost:8080/*",
        "https://app.example/x?y=z",
      ],
      webOrigins: ["+", "https://app.example", "http://localhost:3000"],
      attributes: {
        logoUri: "https://app.example/logo.png",
        "post.logout.redirect.uris": "https://app.example/*##+",
        "backchannel.logout.url": "http://127.0.0.1:9000/logout",
        "access.token.lifespan": "javascript:not-a-url-field",
      },
    }),
  ).toBeUndefined()
  expect(violation({ attributes: { "post.logout.redirect.uris": "-" } })).toBeUndefined()
})

test("what is refused is named by its field, never by its value", () => {
  expect(violation({ attributes: { logoUri: "javascript:planted" } })).toBe(
    "The attribute logoUri is not an allowed URL",
  )
})
