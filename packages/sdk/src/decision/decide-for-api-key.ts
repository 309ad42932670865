import type { OrganizationId, Permission, Principal, PrincipalType, ProjectUuid } from "@gatehouse/contracts"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { type Decision, type DecisionObject, type DecisionQuery, decide, newDecisionId } from "./decide.ts"

/** A key as its record stands now. */
export interface ApiKeyRecord {
  readonly organization: OrganizationId
  /** Who made it, by the realm's own name; whatever the key may do, its creator may. Never a key itself. */
  readonly creator: { readonly type: Exclude<PrincipalType, "api_key">; readonly subject: string }
  /** What it is for, at most. */
  readonly scopes: readonly string[]
  /** Where set, the key opens this project and nothing else. */
  readonly project: ProjectUuid | undefined
  /** Unix milliseconds; from then on the key is none. */
  readonly expiresAtMilliseconds: number | undefined
  readonly isDisabled: boolean
}

/** Reads a key's record as it stands now; undefined where the organization has no such key. */
export type FindApiKey = (organization: OrganizationId, id: string) => Promise<ApiKeyRecord | undefined>

/** Reads a principal with its groups and roles as the directory says them now; undefined for nobody, and for who is disabled. */
export type FindPrincipal = (
  organization: OrganizationId,
  type: PrincipalType,
  subject: string,
) => Promise<Principal | undefined>

/** One question about what a key may do. */
export interface ApiKeyDecisionQuery
  extends Pick<DecisionQuery, "authorizer" | "permission" | "object" | "context"> {
  /** Where the key is used, and its id there: the organization is the verified credential's. */
  readonly key: { readonly organization: OrganizationId; readonly id: string }
  readonly findKey: FindApiKey
  readonly findPrincipal: FindPrincipal
  /** The permissions that a scope stands for. By default a scope is a permission's own name. */
  readonly permissionsOf?: (scope: string) => readonly string[]
  /** Unix milliseconds. */
  readonly nowMilliseconds: number
}

/**
 * Decides what an API key may do: its scopes name the permission AND its creator holds it. Both are looked up at this very moment,
 * so a scope taken away, an expiry, a creator who lost a role, was disabled or left, end what the key could do. Tenant scope: key,
 * creator and object are of one organization; anything else is neither visible nor allowed.
 * Throws `authz.unavailable` where keys, directory or authorizer do not answer: never an allow.
 */
export async function decideForApiKey(query: ApiKeyDecisionQuery): Promise<Decision> {
  const { authorizer, permission, object, context, permissionsOf = (scope) => [scope] } = query
  const key = await usableKey(query)
  if (key === undefined || !opens(key, object)) return nothing()
  const creator = await creatorOf(query, key)
  if (creator === undefined) return nothing()
  const decision = await decide({ authorizer, principal: creator, permission, object, context })
  const scoped = new Set(key.scopes.flatMap((scope) => [...permissionsOf(scope)]))
  const holds = (wanted: Permission) => scoped.has(wanted)
  const allowed = decision.allowed && holds(permission)
  // What the key may do shows that the object is there; where it may not, only reading would.
  return { ...decision, allowed, visible: allowed || (decision.visible && holds("can_read")) }
}

function nothing(): Decision {
  return { allowed: false, visible: false, decisionId: newDecisionId() }
}

async function usableKey(query: ApiKeyDecisionQuery): Promise<ApiKeyRecord | undefined> {
  const { organization, id } = query.key
  const key = await orUnavailable(query.findKey(organization, id))
  if (key === undefined || key.organization !== organization || key.isDisabled) return undefined
  const expires = key.expiresAtMilliseconds
  // Anything but a time in the future is no: a time that cannot be compared as well.
  return expires === undefined || query.nowMilliseconds < expires ? key : undefined
}

/** A key of a project opens that project and its resources. */
function opens({ project }: ApiKeyRecord, object: DecisionObject): boolean {
  if (project === undefined) return true
  if ("parentProject" in object) return object.parentProject === project
  return object.type === "project" && object.id === project
}

async function creatorOf(
  { key, findPrincipal }: ApiKeyDecisionQuery,
  { creator: { type, subject } }: ApiKeyRecord,
): Promise<Principal | undefined> {
  // A key made by a key would outlive what its creator may do.
  if ((type as PrincipalType) === "api_key") return undefined
  const creator = await orUnavailable(findPrincipal(key.organization, type, subject))
  const isOwn = creator?.home === key.organization && creator.organization === key.organization
  return isOwn && creator.type === type && creator.subject === subject ? creator : undefined
}

async function orUnavailable<Value>(lookUp: Promise<Value>): Promise<Value> {
  try {
    return await lookUp
  } catch (error) {
    if (isGatehouseError(error) && error.code === "authz.unavailable") throw error
    throw new GatehouseError("authz.unavailable", { cause: error })
  }
}
