import { matchesRegisteredUri, registeredUris } from "../clients/redirect-uri.ts"
import type { Client, Realm } from "../store/types.ts"
import { readSignedClaims } from "../tokens/verify-access-token.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"
import type { FormParameters } from "../wire/read-form.ts"

/** A sign-out request that may be followed. */
export interface LogoutRequest {
  /** The session that a verified ID token names; without one the user is asked. */
  readonly sid: string | undefined
  readonly client: Client | undefined
  /** Where the browser goes afterwards: registered for the client, `state` included. */
  readonly target: string | undefined
}

/**
 * Reads an RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0 section 2). The hint must be an ID token of this realm;
 * that it has expired does not matter. A redirect URI counts only when it is registered for the client that hint or
 * `client_id` names. Otherwise the code of the error page, and nothing is ended.
 */
export async function readLogoutRequest(
  { store, keyrings, issuerOf }: Pick<OidcDependencies, "store" | "keyrings" | "issuerOf">,
  realm: Realm,
  form: FormParameters,
): Promise<LogoutRequest | "invalid_id_token_hint" | "invalid_client" | "invalid_redirect_uri"> {
  const hint = form.get("id_token_hint")
  const claims = hint === undefined ? undefined : await readSignedClaims(keyrings, realm, hint)
  if (hint !== undefined && (claims?.iss !== issuerOf(realm) || claims.typ !== "ID"))
    return "invalid_id_token_hint"
  const named = form.get("client_id")
  const hinted = claims?.azp as string | undefined
  if (named !== undefined && hinted !== undefined && named !== hinted) return "invalid_id_token_hint"
  const clientId = hinted ?? named
  const client = clientId === undefined ? undefined : await store.findClient(realm.id, clientId)
  if (clientId !== undefined && !client?.enabled) return "invalid_client"
  const uri = form.get("post_logout_redirect_uri")
  if (uri !== undefined && !(client && isRegistered(client, uri, issuerOf(realm))))
    return "invalid_redirect_uri"
  return {
    sid: claims?.sid as string | undefined,
    client,
    target: uri === undefined ? undefined : withState(uri, form.get("state")),
  }
}

/** Keycloak's attribute: URIs with `##` between, `+` for the redirect URIs. Unset or `-` is none. */
function isRegistered(client: Client, uri: string, issuer: string): boolean {
  const listed = (client.attributes["post.logout.redirect.uris"] ?? "").split("##").filter(Boolean)
  const uris = listed.flatMap((item) => (item === "+" ? client.redirectUris : item === "-" ? [] : [item]))
  return matchesRegisteredUri(registeredUris(client, uris), uri, {
    requireHttps: issuer.startsWith("https:"),
  })
}

function withState(uri: string, state: string | undefined): string {
  const target = new URL(uri)
  if (state !== undefined) target.searchParams.set("state", state)
  return target.href
}
