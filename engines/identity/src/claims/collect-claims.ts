import type { ClientScope, ProtocolMapper } from "../store/types.ts"
import { type ClaimSet, createClaimSet } from "./claim-set.ts"
import type { ClaimUse, MapperContext } from "./mapper-context.ts"
import { findClaimMapper } from "./mappers.ts"

/**
 * The claims that the client's own mappers and those of its scopes write for one use, in the order of scopes and names, so
 * that the same settings always give the same token. The engine's own claims (issuer, times, session) are not among them.
 */
export async function collectClaims(
  use: ClaimUse,
  scopes: readonly Pick<ClientScope, "protocolMappers">[],
  context: MapperContext,
): Promise<ClaimSet> {
  const set = createClaimSet()
  const mappers = [...scopes.flatMap((scope) => scope.protocolMappers), ...context.client.protocolMappers]
  for (const { protocolMapper, config } of mappers) {
    if (serves(config, use)) await findClaimMapper(protocolMapper)?.(set, config, context)
  }
  return set
}

/** A mapper without a word on userinfo serves it when it serves the ID token, as Keycloak reads old settings. */
function serves(config: ProtocolMapper["config"], use: ClaimUse): boolean {
  switch (use) {
    case "access":
      return config["access.token.claim"] === "true"
    case "id":
      return config["id.token.claim"] === "true"
    case "userinfo":
      return (config["userinfo.token.claim"] ?? config["id.token.claim"]) === "true"
  }
}
