import type { Client, EffectiveRoles, ProtocolMapper, User } from "../store/types.ts"
import type { ClaimSet } from "./claim-set.ts"

/** Where claims go to; a mapper's `….token.claim` settings say which of these it serves. */
export type ClaimUse = "access" | "id" | "userinfo"

/** What a mapper may read. Groups and roles are read from the store when the first mapper asks for them. */
export interface MapperContext {
  readonly client: Client
  readonly user: User
  /** Notes of the session: `AUTH_TIME`, and for a service account `client_id`, `clientHost`, `clientAddress`. */
  readonly notes: Readonly<Record<string, string>>
  /** How the user signed in, as an authentication context class; undefined for a service account. */
  readonly acr: string | undefined
  groupPaths(): Promise<readonly string[]>
  roles(): Promise<EffectiveRoles>
}

/** Writes one mapper's claims. */
export type ClaimMapper = (
  set: ClaimSet,
  config: ProtocolMapper["config"],
  context: MapperContext,
) => void | Promise<void>
