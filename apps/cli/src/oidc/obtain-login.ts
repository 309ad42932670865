import { GatehouseError } from "@gatehouse/sdk/client"
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  enableNonRepudiationChecks,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  type TokenEndpointResponse,
  type TokenEndpointResponseHelpers,
} from "openid-client"
import type { Login } from "../logins/login.ts"
import { cliClientId, discoverRealm, fromIdentity } from "./identity-client.ts"

/** Where a person logs in: an organization's API and the realm that vouches for its members. */
export interface Realm {
  readonly organization: string
  readonly url: string
  readonly issuer: string
}

/**
 * How the person's side of a login is done: gets the authorization request, gives back the address that the identity server
 * redirected to. `redirectUri` is where that will be.
 */
export interface AuthorizationStep {
  readonly redirectUri: string
  authorize(request: URL): Promise<URL>
  /** Ends what waits for the redirect; for every way in which a login ends, also before `authorize` was reached. */
  close?(): void
}

/**
 * Logs in with authorization code and PKCE S256 (RFC 7636, RFC 8252): state, nonce, issuer and the ID token's signature are
 * checked. Throws `cli.login_failed`, `cli.unreachable`, `cli.unknown_organization`, `cli.unexpected_answer` and what the step throws.
 */
export async function obtainLogin(realm: Realm, step: AuthorizationStep): Promise<Login> {
  const configuration = await discoverRealm(realm.issuer)
  enableNonRepudiationChecks(configuration)
  const verifier = randomPKCECodeVerifier()
  const state = randomState()
  const nonce = randomNonce()
  const request = buildAuthorizationUrl(configuration, {
    redirect_uri: step.redirectUri,
    scope: "openid profile email",
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  })
  const callback = await step.authorize(request)
  try {
    const tokens = await authorizationCodeGrant(configuration, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    })
    return toLogin(realm, tokens)
  } catch (cause) {
    if (cause instanceof AuthorizationResponseError)
      throw new GatehouseError("cli.login_failed", {
        publicMessage: "The identity server refused the login.",
        cause,
      })
    throw fromIdentity(cause)
  }
}

/** What is kept of a token answer. */
export function tokensOf(
  tokens: TokenEndpointResponse & TokenEndpointResponseHelpers,
): Pick<Login, "accessToken" | "accessTokenExpiresAt"> & Partial<Pick<Login, "refreshToken" | "idToken">> {
  return {
    accessToken: tokens.access_token,
    // Without a lifetime in the answer it counts as over, and is renewed at the next use.
    accessTokenExpiresAt: Date.now() + (tokens.expiresIn() ?? 0) * 1000,
    ...(tokens.refresh_token === undefined ? {} : { refreshToken: tokens.refresh_token }),
    ...(tokens.id_token === undefined ? {} : { idToken: tokens.id_token }),
  }
}

function toLogin(realm: Realm, tokens: TokenEndpointResponse & TokenEndpointResponseHelpers): Login {
  const claims = tokens.claims()
  const username = claims?.preferred_username
  return {
    organization: realm.organization,
    url: new URL(realm.url).origin,
    issuer: realm.issuer,
    clientId: cliClientId,
    username: typeof username === "string" ? username : (claims?.sub ?? "unknown"),
    ...tokensOf(tokens),
  }
}
