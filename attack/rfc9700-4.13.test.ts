import { expect, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { acme, addressOf } from "./support/plane.ts"
import { decodeToken } from "./support/realm-keys.ts"

const address = "203.0.113.77"
const claimed = {
  "x-forwarded-for": address,
  "x-real-ip": address,
  "x-client-ip": address,
  "true-client-ip": address,
  forwarded: `for=${address};proto=https`,
}
/** What proxies pass on of a client's certificate. */
const certificate = {
  "x-forwarded-client-cert": 'By=spiffe://x;Subject="CN=gatehouse-api";URI=spiffe://gatehouse/governance',
  "x-client-cert": "MIIB",
  "x-ssl-client-verify": "SUCCESS",
  "x-ssl-client-s-dn": "CN=gatehouse-api",
  "ssl-client-cert": "-----BEGIN%20CERTIFICATE-----",
}

const clientCredentials = (headers: Record<string, string>, secret?: string) =>
  ask(`${acme.issuer}/protocol/openid-connect/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: acme.serviceClient.clientId,
      ...(secret === undefined ? {} : { client_secret: secret }),
    }).toString(),
  })

test("a token says from which connection it was asked, not which address a header claimed", async () => {
  const { clientSecret } = acme.serviceClient
  for (const headers of [{}, claimed]) {
    const { json } = await clientCredentials(headers, clientSecret)
    const [, claims] = decodeToken((json as { access_token: string }).access_token)
    expect(JSON.stringify(claims)).not.toContain(address)
    expect(String(claims.clientAddress ?? "127.0.0.1")).toMatch(/127\.0\.0\.1|::1/)
  }
})

test("a certificate in a header authenticates no client", async () => {
  expect((await clientCredentials(certificate)).status).toBe(401)
  expect((await clientCredentials(certificate, acme.serviceClient.clientSecret)).status).toBe(200)
})

test("nor anybody at the edge, at the authorization engine or at the Admin API", async () => {
  const headers = { ...claimed, ...certificate }
  for (const url of [
    `${acme.url}/v1/me`,
    `${addressOf("authorization")}/stores`,
    `${addressOf("identity")}/admin/realms/acme/users`,
  ])
    expect([url, (await ask(url, { headers })).status]).toEqual([url, 401])
})
