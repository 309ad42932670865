import { randomUUID } from "node:crypto"
import {
  currentPermissions,
  isOrganizationId,
  type ObjectId,
  type OrganizationId,
  organizationObject,
  type Permission,
  type Principal,
  type ProjectUuid,
  permissionsOfType,
  projectObject,
} from "@gatehouse/contracts"
import { assert, GatehouseError } from "@gatehouse/kernel"
import type { Authorizer, CheckQuery, RelationshipTuple } from "@gatehouse/openfga"
import { contextualTuplesOf } from "./contextual-tuples.ts"

/** What a permission is asked on, with the parent that a resource's row names. Ids are well-formed. */
export type DecisionObject =
  | { readonly type: "organization"; readonly id: OrganizationId }
  | { readonly type: "project"; readonly id: ProjectUuid }
  | ResourceObject

/** A row of a resource type. `type` is neither `organization` nor `project`. */
export interface ResourceObject {
  readonly type: string
  readonly id: string
  readonly parentProject: ProjectUuid
}

export interface DecisionQuery {
  readonly authorizer: Authorizer
  /** From a verified credential, or from the directory. */
  readonly principal: Principal
  readonly permission: Permission
  readonly object: DecisionObject
}

export interface Decision {
  readonly allowed: boolean
  /** Whether the principal may know that the object exists: `can_read` on it, inside its own organization. */
  readonly visible: boolean
  /** Joins answer, log line and audit record. */
  readonly decisionId: string
}

/** An id for one decision. */
export function newDecisionId(): string {
  return randomUUID()
}

/**
 * Decides one permission. Tenant scope: the object's organization, reached through its stored tuples, must be the one in
 * which the principal acts (INVARIANT 7); anything else is neither visible nor allowed, like what does not exist.
 * Throws `authz.unavailable` where the authorizer cannot tell, `authz.too_many_groups`, and `authz.unknown_permission` for a
 * permission that the type does not have (INVARIANT 1). Never allows on a failure.
 */
export async function decide(query: DecisionQuery): Promise<Decision> {
  const { authorizer, principal, permission, object } = query
  const decisionId = newDecisionId()
  if (permissionsOfType(object.type)?.has(permission) !== true) {
    throw new GatehouseError("authz.unknown_permission", { details: { decisionId } })
  }
  const acting = principal.organization
  if (!isOrganizationId(acting) || !mayLieIn(acting, object))
    return { allowed: false, visible: false, decisionId }
  const contextualTuples = await decisionTuplesOf(query)
  const consistency = currentPermissions.has(permission) ? "higher_consistency" : "minimize_latency"
  const ask = (relation: Permission): CheckQuery => ({
    user: principal.id,
    relation,
    object: objectIdOf(object),
    contextualTuples,
    consistency,
  })
  const questions = [...organizationLink(acting, object, consistency), ask("can_read"), ask(permission)]
  const answers = await authorizer.batchCheck(questions)
  assert(answers.length === questions.length, "the authorizer answers every question")
  const yes = answers.map(({ allowed }) => allowed === true)
  const visible = yes.slice(0, -1).every(Boolean)
  return { allowed: visible && yes.at(-1) === true, visible, decisionId }
}

/** The OpenFGA id of a decision's object. */
export function objectIdOf(object: DecisionObject): ObjectId {
  return `${object.type}:${object.id}` as ObjectId
}

/** Every contextual tuple of a decision: what the credential says, and a resource's link to its project. */
export async function decisionTuplesOf(
  query: Omit<DecisionQuery, "permission">,
): Promise<RelationshipTuple[]> {
  const { authorizer, principal, object } = query
  const project = projectOf(object)
  const objects = [
    organizationObject(principal.organization),
    ...(project === undefined ? [] : [projectObject(project)]),
  ]
  const tuples = await contextualTuplesOf({ authorizer, principal, objects })
  return isResource(object)
    ? [
        ...tuples,
        { user: projectObject(object.parentProject), relation: "project", object: objectIdOf(object) },
      ]
    : tuples
}

/** An organization is itself; where a project lies only its stored tuple says. */
function mayLieIn(acting: OrganizationId, object: DecisionObject): boolean {
  return projectOf(object) !== undefined || object.id === acting
}

/** Whether the project belongs to the organization: asked of stored tuples alone, so that nothing in a request answers it. */
function organizationLink(
  acting: OrganizationId,
  object: DecisionObject,
  consistency: CheckQuery["consistency"],
): CheckQuery[] {
  const project = projectOf(object)
  if (project === undefined) return []
  return [
    {
      user: organizationObject(acting),
      relation: "organization",
      object: projectObject(project),
      consistency,
    },
  ]
}

function projectOf(object: DecisionObject): ProjectUuid | undefined {
  if (isResource(object)) return object.parentProject
  return object.type === "project" ? object.id : undefined
}

function isResource(object: DecisionObject): object is ResourceObject {
  return "parentProject" in object
}
