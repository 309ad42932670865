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
import { assert, assertDefined, GatehouseError, isGatehouseError } from "@gatehouse/kernel"
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

/** One question of a permission on one object. */
export interface DecisionQuery {
  readonly authorizer: Authorizer
  /** From a verified credential, or from the directory. */
  readonly principal: Principal
  readonly permission: Permission
  readonly object: DecisionObject
  /**
   * Values for the parameters of conditions. They reach conditions alone: nothing in them makes a group, a role, a parent or an
   * organization.
   */
  readonly context?: Readonly<Record<string, unknown>> | undefined
}

/** The answer. A denied object that is not visible is reported as not found. */
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
  const [decision] = await decideAll(query.authorizer, [query])
  return assertDefined(decision, "one question has one answer")
}

/** Several questions of one principal. */
export interface DecisionsQuery extends Pick<DecisionQuery, "authorizer" | "principal"> {
  readonly questions: readonly Pick<DecisionQuery, "permission" | "object" | "context">[]
}

/** Decides several permissions of one principal together, each as `decide` does, in the order of the questions. */
export function decideEach({ authorizer, principal, questions }: DecisionsQuery): Promise<Decision[]> {
  return decideAll(
    authorizer,
    questions.map((question) => ({ principal, ...question })),
  )
}

/**
 * Decides questions of any principals together, each as `decide` does, in their order. One that cannot be decided makes the
 * call fail; one about an object of another organization is decided by that alone, whatever would be wrong with the rest of it.
 */
export async function decideAll(
  authorizer: Authorizer,
  questions: readonly Omit<DecisionQuery, "authorizer">[],
): Promise<Decision[]> {
  const parts = await Promise.all(questions.map((question) => checksOf({ authorizer, ...question })))
  const held = await askInside(authorizer, parts)
  const all = (group: readonly CheckQuery[]) => group.every((check) => held.has(check))
  return parts.map(({ links, guards, asked }) => {
    const visible = guards.length > 0 && all(links) && all(guards)
    return { allowed: visible && all(asked), visible, decisionId: newDecisionId() }
  })
}

/**
 * The checks that hold, of those that matter. A refusal comes of conditions and the facts that the asker supplies for them; one that
 * came of another organization's object would tell that it exists (INVARIANT 7), so then these are asked about no further.
 */
async function askInside(authorizer: Authorizer, parts: readonly Checks[]): Promise<ReadonlySet<CheckQuery>> {
  const links = parts.flatMap((part) => part.links)
  try {
    return await holding(authorizer, [
      ...links,
      ...parts.flatMap(({ guards, asked }) => [...guards, ...asked]),
    ])
  } catch (error) {
    if (!isGatehouseError(error) || error.code !== "openfga.query_refused" || links.length === 0) throw error
    const linked = await holding(authorizer, links)
    const inside = parts.filter((part) => part.links.every((link) => linked.has(link)))
    if (inside.length === parts.length) throw error
    const rest = await holding(
      authorizer,
      inside.flatMap(({ guards, asked }) => [...guards, ...asked]),
    )
    return new Set([...linked, ...rest])
  }
}

async function holding(
  authorizer: Authorizer,
  checks: readonly CheckQuery[],
): Promise<ReadonlySet<CheckQuery>> {
  const answers = await authorizer.batchCheck(checks)
  assert(answers.length === checks.length, "the authorizer answers every question")
  return new Set(checks.filter((_, index) => answers[index]?.allowed === true))
}

/** What makes the object visible (no guards: it can't be there), and what is asked besides. */
interface Checks {
  /** That the object is of the organization: asked of stored tuples alone. */
  readonly links: readonly CheckQuery[]
  readonly guards: readonly CheckQuery[]
  readonly asked: readonly CheckQuery[]
}

async function checksOf(query: DecisionQuery): Promise<Checks> {
  const { principal, permission, object, context } = query
  if (permissionsOfType(object.type)?.has(permission) !== true)
    throw new GatehouseError("authz.unknown_permission")
  const acting = principal.organization
  if (!isOrganizationId(acting) || !mayLieIn(acting, object)) return { links: [], guards: [], asked: [] }
  const contextualTuples = await decisionTuplesOf(query)
  const consistency = currentPermissions.has(permission) ? "higher_consistency" : "minimize_latency"
  const ask = (relation: Permission): CheckQuery => ({
    user: principal.id,
    relation,
    object: objectIdOf(object),
    contextualTuples,
    context,
    consistency,
  })
  return {
    links: organizationLink(acting, object, consistency),
    guards: [ask("can_read")],
    asked: permission === "can_read" ? [] : [ask(permission)],
  }
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
