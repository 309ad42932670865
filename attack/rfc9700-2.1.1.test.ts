import { beforeAll, describe, expect, inject, test } from "vitest"
import { createBrowser } from "./support/browser.ts"
import { createIdentityRealm, type IdentityRealm } from "./support/identity-realm.ts"
import {
  asClient,
  authorizationRequest,
  challengeOf,
  newVerifier,
  redeem,
  signIn,
} from "./support/sign-in.ts"

let realm: IdentityRealm
beforeAll(async () => {
  realm = await createIdentityRealm(inject("plane"))
})

describe("an authorization request of a public client", () => {
  const open = (parameters: Record<string, string | undefined>) =>
    createBrowser().open(authorizationRequest(realm, newVerifier(), { parameters }))

  test("without a challenge, or with another method than S256, is refused", async () => {
    const verifier = newVerifier()
    for (const parameters of [
      { code_challenge: undefined, code_challenge_method: undefined },
      { code_challenge: undefined },
      { code_challenge: "" },
      { code_challenge: verifier, code_challenge_method: "plain" },
      { code_challenge: verifier, code_challenge_method: undefined },
      { code_challenge_method: "s256" },
      { code_challenge_method: "S512" },
      { code_challenge: "short" },
      { code_challenge: "a".repeat(129) },
      { code_challenge: `${"a".repeat(42)}=` },
    ]) {
      const { status, headers } = await open(parameters)
      const { searchParams, pathname } = new URL(String(headers.location), realm.issuer)
      expect([parameters, status, pathname, searchParams.get("error")]).toEqual([
        parameters,
        303,
        "/callback",
        "invalid_request",
      ])
    }
    expect(String((await open({})).headers.location)).toContain("login-actions")
  })

  test("cannot be made to need none by the client's attributes", async () => {
    const client = { clientId: "lax", publicClient: true, redirectUris: ["http://127.0.0.1/callback"] }
    expect(
      (
        await realm.admin("POST", "/clients", {
          ...client,
          attributes: { "pkce.code.challenge.method": "plain" },
        })
      ).status,
    ).toBe(400)
    expect((await realm.admin("POST", "/clients", client)).status).toBe(201)
    const { headers } = await open({
      client_id: "lax",
      code_challenge: undefined,
      code_challenge_method: undefined,
    })
    expect(String(headers.location)).toContain("error=invalid_request")
  })
})

describe("a code", () => {
  test("is refused with another verifier than that of its challenge, or none", async () => {
    const wrong = async (change: (verifier: string) => string) => {
      const { code, verifier } = await signIn(realm)
      return (await redeem(realm, { code, verifier: change(verifier) })).status
    }
    expect(await wrong(newVerifier)).toBe(400)
    expect(await wrong(() => "")).toBe(400)
    expect(await wrong(challengeOf)).toBe(400)
    expect(await wrong((verifier) => `${verifier}x`)).toBe(400)
    expect(await wrong((verifier) => verifier.slice(0, -1))).toBe(400)
    expect(await wrong((verifier) => verifier)).toBe(200)
  })

  test("and its verifier count only together: another login's pair is no pair", async () => {
    const [victim, attacker] = [await signIn(realm), await signIn(realm, { username: "grace" })]
    expect((await redeem(realm, { code: victim.code, verifier: attacker.verifier })).status).toBe(400)
    expect((await redeem(realm, attacker)).status).toBe(200)
  })

  test("whose challenge was stripped from the request does not take the verifier that its client sends", async () => {
    const stripped = { code_challenge: undefined, code_challenge_method: undefined }
    const backend = () => signIn(realm, { clientId: "backend", parameters: stripped })
    expect((await redeem(realm, await backend(), asClient("backend"))).status).toBe(400)
    const { code } = await backend()
    const without = await redeem(realm, { code, verifier: "" }, asClient("backend"))
    expect(without.status).toBe(200)
  })
})
