import type { MapperContext } from "../claims/mapper-context.ts"
import type { Client, EffectiveRoles, IdentityReader, User } from "../store/types.ts"

/** The context of one token's mappers. Groups and roles are read at most once, however many tokens are made from it. */
export function createMapperContext(
  store: Pick<IdentityReader, "groupPathsOf" | "effectiveRolesOf">,
  { client, user, notes, acr }: Pick<MapperContext, "client" | "user" | "notes" | "acr">,
): MapperContext {
  let groups: Promise<readonly string[]> | undefined
  let roles: Promise<EffectiveRoles> | undefined
  return {
    client,
    user,
    notes,
    acr,
    groupPaths: () => (groups ??= store.groupPathsOf(user)),
    roles: () => (roles ??= rolesInScope(store, client, user)),
  }
}

/** Without full scope a client's tokens carry the user's roles of that client alone. */
async function rolesInScope(
  store: Pick<IdentityReader, "effectiveRolesOf">,
  client: Client,
  user: User,
): Promise<EffectiveRoles> {
  const held = await store.effectiveRolesOf(user)
  if (client.fullScopeAllowed) return held
  const own = held.clients[client.clientId]
  return { realm: [], clients: own ? { [client.clientId]: own } : {} }
}
