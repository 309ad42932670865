import { type Clock, nowSeconds } from "@gatehouse/kernel"
import { resolveScopes, splitScope, unknownScopes } from "../claims/resolve-scopes.ts"
import type { Client, IdentityStore, Realm } from "../store/types.ts"
import { accessTokenClaims } from "./access-token-claims.ts"
import { accessTokenSeconds } from "./lifespans.ts"
import { createMapperContext } from "./mapper-context.ts"
import type { Keyrings } from "./realm-keyring.ts"
import { signToken } from "./sign-token.ts"

/** What the client_credentials grant answers: a token response, or an OAuth error. */
export type ClientCredentialsOutcome =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly status: number; readonly error: string; readonly description: string }

interface Dependencies {
  readonly store: IdentityStore
  readonly keyrings: Keyrings
  readonly issuerOf: (realm: Realm) => string
  readonly clock: Clock
}

/**
 * A token for a client's own service account (RFC 6749 section 4.4); the client has authenticated. It has no session and
 * no refresh token. Made here and not by the provider, so that a plane in which nobody signs in never loads that.
 */
export async function issueClientCredentials(
  { store, keyrings, issuerOf, clock }: Dependencies,
  request: { realm: Realm; client: Client; scope: string | undefined; remoteAddress: string },
): Promise<ClientCredentialsOutcome> {
  const { realm, client } = request
  if (client.publicClient)
    return refused(401, "unauthorized_client", "Public client not allowed to retrieve service account")
  if (!client.serviceAccountsEnabled)
    return refused(401, "unauthorized_client", "Client not enabled to retrieve service account")
  const requested = splitScope(request.scope)
  if (unknownScopes(client, requested).length > 0) return refused(400, "invalid_scope", "Invalid scopes")
  const user = await store.findServiceAccountUser(realm.id, client.id)
  if (!user?.enabled)
    return refused(401, "unauthorized_client", "Client not enabled to retrieve service account")
  const resolved = await resolveScopes(store, client, requested, undefined)
  const issuedAt = nowSeconds(clock)
  const lifetimeSeconds = accessTokenSeconds(realm, client)
  const notes = {
    client_id: client.clientId,
    clientHost: request.remoteAddress,
    clientAddress: request.remoteAddress,
  }
  const claims = await accessTokenClaims({
    issuer: issuerOf(realm),
    context: createMapperContext(store, { client, user, notes, acr: "1" }),
    resolved,
    idPrefix: "trrtcc",
    issuedAt,
    expiresAt: issuedAt + lifetimeSeconds,
    session: undefined,
  })
  return {
    ok: true,
    body: {
      access_token: await signToken(await keyrings.of(realm.id), claims, "JWT"),
      expires_in: lifetimeSeconds,
      refresh_expires_in: 0,
      token_type: "Bearer",
      "not-before-policy": Math.max(realm.notBefore, client.notBefore),
      scope: resolved.scopeClaim,
    },
  }
}

function refused(status: number, error: string, description: string): ClientCredentialsOutcome {
  return { ok: false, status, error, description }
}
