import { randomUUID } from "node:crypto"
import { collectClaims } from "../claims/collect-claims.ts"
import type { MapperContext } from "../claims/mapper-context.ts"
import type { ResolvedScopes } from "../claims/resolve-scopes.ts"

/**
 * What an ID token says besides issuer, audience, times, nonce and session, which the provider adds. Its `typ` is `ID`, so
 * it is never taken for an access token.
 */
export async function idTokenClaims(
  context: MapperContext,
  resolved: ResolvedScopes,
): Promise<Record<string, unknown>> {
  const { claims } = await collectClaims("id", resolved.scopes, context)
  return {
    ...claims,
    jti: randomUUID(),
    typ: "ID",
    azp: context.client.clientId,
    sub: context.user.id,
  }
}
