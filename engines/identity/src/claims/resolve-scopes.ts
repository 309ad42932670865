import type { Client, ClientScope, IdentityReader } from "../store/types.ts"

/** The scopes of one token: whose mappers apply, and what its `scope` claim says. */
export interface ResolvedScopes {
  readonly scopes: readonly ClientScope[]
  readonly scopeClaim: string
}

/** Requested scopes that are neither `openid` nor the client's: Keycloak refuses the request for them. */
export function unknownScopes(client: Client, requested: readonly string[]): readonly string[] {
  const known = new Set(["openid", ...client.defaultClientScopes, ...client.optionalClientScopes])
  return requested.filter((name) => !known.has(name))
}

/** `a b  c` as names. An absent parameter is no names. */
export function splitScope(text: string | undefined): readonly string[] {
  return [...new Set((text ?? "").split(" ").filter((name) => name !== ""))]
}

/**
 * What a token may carry: the client's default scopes, and of the optional ones those asked for. `granted`, where a grant
 * stands behind the token, bounds both, so that a scope given to the client later never widens an old grant.
 */
export async function resolveScopes(
  store: Pick<IdentityReader, "clientScopesOf">,
  client: Client,
  requested: readonly string[],
  granted: readonly string[] | undefined,
): Promise<ResolvedScopes> {
  const available = await store.clientScopesOf(client)
  const isGranted = (scope: ClientScope) => granted === undefined || granted.includes(scope.name)
  const scopes = [
    ...available.default,
    ...available.optional.filter(({ name }) => requested.includes(name)),
  ].filter(isGranted)
  const named = scopes
    .filter(({ attributes }) => attributes["include.in.token.scope"] !== "false")
    .map(({ name }) => name)
  const openid = requested.includes("openid") && (granted === undefined || granted.includes("openid"))
  return { scopes, scopeClaim: [...(openid ? ["openid"] : []), ...named].join(" ") }
}
