import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import type { DemoOrganization } from "@gatehouse/server"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { createFormStep } from "../apps/cli/src/oidc/form-step.ts"
import { type AuthorizationStep, obtainLogin } from "../apps/cli/src/oidc/obtain-login.ts"
import { createBrowser } from "./support/browser.ts"
import { createIdentityRealm, type IdentityRealm } from "./support/identity-realm.ts"
import { authorizationRequest, newVerifier, signIn } from "./support/sign-in.ts"

const plane = inject("plane")
const acme = plane.demo.organizations.acme as DemoOrganization
const globex = plane.demo.organizations.globex as DemoOrganization
const organization = { organization: "acme", url: acme.url, issuer: acme.issuer }

let realm: IdentityRealm
let mixUp: Server
beforeAll(async () => {
  realm = await createIdentityRealm(plane)
  mixUp = createServer((_request, response) => {
    const endpoint = `${acme.issuer}/protocol/openid-connect`
    response.setHeader("content-type", "application/json")
    response.end(
      JSON.stringify({
        issuer: acme.issuer,
        authorization_endpoint: `${endpoint}/auth`,
        token_endpoint: `${endpoint}/token`,
        jwks_uri: `${endpoint}/certs`,
        response_types_supported: ["code"],
      }),
    )
  })
  await new Promise<void>((resolve) => mixUp.listen(0, "127.0.0.1", resolve))
})
afterAll(() => {
  mixUp.close()
  mixUp.closeAllConnections()
})

describe("the authorization response", () => {
  test("carries iss with a code", async () => {
    const { landing } = await signIn(realm)
    expect(landing.url.searchParams.get("iss")).toBe(realm.issuer)
  })

  test("carries iss with an error, in every response mode", async () => {
    for (const response_mode of ["query", "fragment"]) {
      const url = authorizationRequest(realm, newVerifier(), {
        parameters: { prompt: "none", response_mode },
      })
      const { searchParams, hash } = new URL(String((await createBrowser().open(url)).headers.location))
      const answer = response_mode === "query" ? searchParams : new URLSearchParams(hash.slice(1))
      expect([answer.get("error"), answer.get("iss")]).toEqual(["login_required", realm.issuer])
    }
  })
})

describe("our command line", () => {
  /** The real login, whose response is changed on its way back. */
  const changed = (change: (callback: URL) => void): AuthorizationStep => {
    const step = createFormStep(acme.users.viewer)
    return {
      redirectUri: step.redirectUri,
      authorize: async (request) => {
        const callback = await step.authorize(request)
        change(callback)
        return callback
      },
    }
  }

  test("logs in by the response as it came", async () => {
    const { accessToken } = await obtainLogin(
      organization,
      changed(() => {}),
    )
    expect(accessToken).toMatch(/./)
  })

  test("refuses a response with another issuer, with none, or with two", async () => {
    const attacks: readonly ((callback: URL) => void)[] = [
      ({ searchParams }) => searchParams.set("iss", globex.issuer),
      ({ searchParams }) => searchParams.set("iss", `${acme.issuer}/`),
      ({ searchParams }) => searchParams.set("iss", acme.issuer.toUpperCase()),
      ({ searchParams }) => searchParams.delete("iss"),
      ({ searchParams }) => searchParams.append("iss", globex.issuer),
      ({ searchParams }) => searchParams.set("state", "another"),
    ]
    for (const attack of attacks)
      await expect(obtainLogin(organization, changed(attack))).rejects.toMatchObject({ code: /^cli\./ })
  })

  test("refuses a server whose discovery names another issuer than the one that was asked", async () => {
    const issuer = `http://127.0.0.1:${(mixUp.address() as AddressInfo).port}/realms/acme`
    const step: AuthorizationStep = {
      redirectUri: "http://127.0.0.1:1/callback",
      authorize: async () => expect.unreachable("nobody is sent to a login there"),
    }
    await expect(obtainLogin({ ...organization, issuer }, step)).rejects.toMatchObject({
      code: "cli.unexpected_answer",
    })
  })
})
