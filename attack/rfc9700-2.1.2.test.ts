import { beforeAll, describe, expect, inject, test } from "vitest"
import { createBrowser } from "./support/browser.ts"
import {
  backendSecret,
  createIdentityRealm,
  type IdentityRealm,
  type Json,
  openRealm,
  password,
  redirectUri,
} from "./support/identity-realm.ts"
import {
  authorizationRequest,
  newVerifier,
  openLogin,
  redeem,
  refresh,
  signIn,
  submitLogin,
} from "./support/sign-in.ts"

const plane = inject("plane")
let realm: IdentityRealm
let client: string
beforeAll(async () => {
  realm = await createIdentityRealm(plane)
  await realm.admin("POST", "/clients", {
    clientId: "switched",
    publicClient: true,
    redirectUris: [redirectUri],
  })
  client = await realm.clientUuid("switched")
})

const setStandardFlow = (standardFlowEnabled: boolean) =>
  realm.admin("PUT", `/clients/${client}`, { clientId: "switched", standardFlowEnabled })

describe("at the authorization endpoint", () => {
  const ask = (parameters: Record<string, string | undefined>) =>
    createBrowser().open(authorizationRequest(realm, newVerifier(), { parameters }))

  test("every response type but code is refused", async () => {
    for (const response_type of [
      "token",
      "id_token",
      "id_token token",
      "code token",
      "code id_token",
      "none",
      "CODE",
      "",
    ]) {
      const { status, headers } = await ask({ response_type, nonce: "n" })
      const location = String(headers.location)
      expect([response_type, status, location.includes("login-actions")]).toEqual([response_type, 303, false])
      expect(location).toMatch(/error=(unsupported_response_type|invalid_request|unauthorized_client)/)
      expect(location).not.toMatch(/access_token|[?#&]code=/)
    }
    expect(String((await ask({})).headers.location)).toContain("login-actions")
  })

  test("every response mode but query, fragment and form_post is refused", async () => {
    for (const response_mode of [
      "web_message",
      "okmd",
      "jwt",
      "query.jwt",
      "form_post.jwt",
      "FORM_POST",
      "cookie",
    ]) {
      const { headers, text } = await ask({ response_mode })
      expect([response_mode, String(headers.location).includes("login-actions")]).toEqual([
        response_mode,
        false,
      ])
      expect(`${headers.location}${text}`).toMatch(/error|invalid_request/)
    }
    for (const response_mode of ["query", "fragment", "form_post"])
      expect(String((await ask({ response_mode })).headers.location)).toContain("login-actions")
  })

  test("a request object, which could carry another request, is refused", async () => {
    const object = `${btoa(JSON.stringify({ alg: "none" }))}.${btoa(JSON.stringify({ response_type: "token" }))}.`
    for (const parameters of [{ request: object }, { request_uri: "https://evil.example/object" }]) {
      const { headers } = await ask(parameters)
      expect(String(headers.location)).toMatch(/error=request(_uri)?_not_supported/)
    }
  })
})

test("the password grant is refused to every client, with the right password too", async () => {
  for (const who of [{ client_id: "app" }, { client_id: "backend", client_secret: backendSecret }]) {
    const answer = await realm.post("token", {
      grant_type: "password",
      username: "ada",
      password,
      scope: "openid",
      ...who,
    })
    expect([answer.status, answer.json]).toMatchObject([400, { error: "unauthorized_client" }])
  }
  const right = await realm.post("token", {
    grant_type: "client_credentials",
    client_id: "backend",
    client_secret: backendSecret,
  })
  expect(right.status).toBe(200)
})

test("grants that nobody has are refused", async () => {
  for (const grant_type of [
    "implicit",
    "urn:ietf:params:oauth:grant-type:jwt-bearer",
    "urn:ietf:params:oauth:grant-type:saml2-bearer",
    "urn:openid:params:grant-type:ciba",
    "PASSWORD",
    "client_credentials ",
  ]) {
    const answer = await realm.post("token", {
      grant_type,
      client_id: "backend",
      client_secret: backendSecret,
    })
    expect([grant_type, answer.status, answer.json]).toMatchObject([
      grant_type,
      400,
      { error: "unsupported_grant_type" },
    ])
  }
  const own = await realm.post("token", { grant_type: "client_credentials", client_id: "app" })
  expect(own.status).toBe(401)
})

describe("a client whose code flow is switched off", () => {
  test("is refused at every step that is still to come", async () => {
    const { browser, verifier, page } = await openLogin(realm, { clientId: "switched" })
    const before = await signIn(realm, { clientId: "switched" })
    const earlier = await redeem(realm, await signIn(realm, { clientId: "switched" }), {
      client_id: "switched",
    })
    const { refresh_token } = earlier.json as { refresh_token: string }
    await setStandardFlow(false)

    const begun = await createBrowser().open(authorizationRequest(realm, verifier, { clientId: "switched" }))
    expect(String(begun.headers.location)).not.toContain("login-actions")
    const submitted = await submitLogin(browser, page, "ada", password)
    const resumed =
      submitted.headers.location === undefined
        ? submitted
        : await browser.visit(new URL(String(submitted.headers.location), submitted.url))
    expect(resumed.url.searchParams.get("error")).toBe("unauthorized_client")
    expect(resumed.url.searchParams.get("code")).toBeNull()
    expect((await redeem(realm, before, { client_id: "switched" })).status).toBe(400)
    expect((await refresh(realm, refresh_token, { client_id: "switched" })).status).toBe(400)

    await setStandardFlow(true)
    expect((await signIn(realm, { clientId: "switched" })).code).toMatch(/./)
  })
})

test("no client of a realm that the template made has the implicit or the password grant, and none can be given it", async () => {
  const acme = openRealm(plane, "acme")
  const clients = (await acme.admin("GET", "/clients")).json as Json[]
  expect(clients.map(({ clientId }) => clientId)).toEqual(
    expect.arrayContaining(["gatehouse-portal", "gatehouse-cli", "gatehouse-api"]),
  )
  for (const client of clients)
    expect(client).toMatchObject({ implicitFlowEnabled: false, directAccessGrantsEnabled: false })
  for (const flow of [{ implicitFlowEnabled: true }, { directAccessGrantsEnabled: true }])
    expect((await realm.admin("PUT", `/clients/${client}`, { clientId: "switched", ...flow })).status).toBe(
      400,
    )
  expect(
    (await realm.admin("PUT", `/clients/${client}`, { clientId: "switched", implicitFlowEnabled: false }))
      .status,
  ).toBe(204)
})
