import { type OrganizationId, type ProjectRole, type ProjectUuid, projectObject } from "@gatehouse/contracts"
import { assert, assertDefined } from "@gatehouse/kernel"
import type { AuditRecordInput, Grant, SelectHandle, WriteHandle } from "@gatehouse/postgres"
import { sql } from "@gatehouse/sdk"
import type { OrganizationTables } from "../database/organization-schema.ts"
import type { Change, PendingChange } from "../journal/journal.ts"
import { lockProject } from "../projects/project-lock.ts"
import { readRoleTuples, removeTuples } from "../projects/project-tuples.ts"
import type { GovernanceContext } from "../service-context.ts"
import {
  type BindingSubject,
  isInhabited,
  isKnownSubject,
  parseBindingSubject,
  subjectOfTuple,
  tupleUserOf,
} from "./binding-subject.ts"

/** One role that a subject gets or loses in a project. */
export interface BindingChange {
  readonly kind: "binding.add" | "binding.remove"
  readonly role: ProjectRole
  readonly subject: BindingSubject
}

/** How a change of a binding ended; only `done` changed anything. */
export type BindingOutcome =
  | "done"
  /** The binding was so already. */
  | "unchanged"
  | "subject_unknown"
  | "project_gone"
  | "last_owner"
  /** Another change of the same binding was accepted after this one and before it was carried out; or this one never was. */
  | "superseded"

type Transaction = SelectHandle<OrganizationTables> & WriteHandle<OrganizationTables>
type RoleChange = Extract<Change, { kind: "binding.add" | "binding.remove" }>

/**
 * Gives a role of a project to a subject, or takes it away. Changes of one project wait for each other, so that two owners who
 * remove each other leave one. Killed or failed in between, the change is completed later.
 * Tenant scope: the grant's project, and subjects of its own organization alone.
 */
export async function changeBinding(
  context: GovernanceContext,
  grant: Grant<"can_manage_bindings">,
  { kind, role, subject }: BindingChange,
): Promise<BindingOutcome> {
  const { organization, principal } = grant
  const project = assertDefined(grant.project, "the grant is on a project")
  if (kind === "binding.add" && !(await isKnownSubject(context.realms, organization, subject)))
    return "subject_unknown"
  const change: RoleChange = { kind, project, role, subject: subject.id }
  const accepted = await context.gatehouse.withGrant(grant, async (tx) => {
    await lockProject(tx, project)
    if (!(await isActive(tx, project))) return "project_gone"
    const pending = await pendingRoleChanges(context, tx, organization, project)
    const refusal = await refusalOf(context, change, pending)
    if (refusal !== undefined) return refusal
    const entry = await context.journal.enter({ organization, change, requestedBy: principal.id })
    await tx.audit({ ...auditOf(entry, change), outcome: "intent" })
    const overtaken = pending.filter(({ change: other }) => isSameBinding(other, change))
    for (const older of overtaken) await tx.audit({ ...auditOf(older, older.change), outcome: "failed" })
    return { entry, overtaken }
  })
  if (typeof accepted === "string") return accepted
  for (const { id } of accepted.overtaken) await context.journal.strike(id)
  return context.completion.now(accepted.entry, () => finishBindingChange(context, grant, accepted.entry))
}

/**
 * Writes an accepted change to the store and its outcome to the audit log, unless it was struck out meanwhile. `grant` is on
 * the project, from the request or from the service itself.
 */
export async function finishBindingChange(
  context: GovernanceContext,
  grant: Grant<"can_manage_bindings">,
  entry: PendingChange,
): Promise<"done" | "superseded" | "project_gone"> {
  const { organization, change } = entry
  assert(isRoleChange(change), "a binding's change is finished here")
  return context.gatehouse.withGrant(grant, async (tx) => {
    await lockProject(tx, change.project)
    if (!(await isActive(tx, change.project))) return "project_gone"
    const pending = await pendingRoleChanges(context, tx, organization, change.project)
    if (!pending.some(({ id }) => id === entry.id)) return "superseded"
    const tuple = tupleOf(change)
    if (change.kind === "binding.add")
      await context.authorizer.write({ writes: [tuple], onDuplicate: "ignore" })
    else await removeTuples(context.authorizer, [tuple])
    await tx.audit(auditOf(entry, change))
    return "done"
  })
}

type PendingRoleChange = PendingChange & { readonly change: RoleChange }

/**
 * The accepted changes that wait, read behind the lock. The journal is in another database, so an entry may be left of a
 * transaction that was rolled back: only one whose intent is in the audit log was ever accepted.
 */
async function pendingRoleChanges(
  { journal }: GovernanceContext,
  tx: Pick<Transaction, "selectFrom">,
  organization: OrganizationId,
  project: ProjectUuid,
): Promise<PendingRoleChange[]> {
  const pending = await journal.pendingOn(organization, project)
  if (pending.length === 0) return []
  const accepted = await tx
    .selectFrom(
      sql<{ change_id: string }>`(select details->>'change_id' as change_id from audit.record
      where resource_type = 'project' and resource_id = ${project} and outcome = 'intent')`.as("intent"),
    )
    .select("change_id")
    .where(
      "change_id",
      "in",
      pending.map(({ id }) => id),
    )
    .execute()
  const ids = new Set(accepted.map(({ change_id }) => change_id))
  return pending.filter(
    (entry): entry is PendingRoleChange => ids.has(entry.id) && isRoleChange(entry.change),
  )
}

/** Why a change is not made, as things stand behind the lock. */
async function refusalOf(
  context: GovernanceContext,
  change: RoleChange,
  pending: readonly PendingRoleChange[],
): Promise<"unchanged" | "last_owner" | undefined> {
  const tuples = await readRoleTuples(context.authorizer, change.project)
  const { user } = tupleOf(change)
  const isThere = tuples.some((tuple) => tuple.relation === change.role && tuple.user === user)
  const isUnderWay = pending.some(({ change: other }) => isSameBinding(other, change))
  if (!isUnderWay && isThere === (change.kind === "binding.add")) return "unchanged"
  if (change.kind === "binding.add" || change.role !== "owner") return undefined
  const leaving = new Set(
    pending
      .filter(({ change: other }) => other.kind === "binding.remove" && other.role === "owner")
      .map(({ change: other }) => tupleOf(other).user),
  )
  for (const tuple of tuples) {
    if (tuple.relation !== "owner" || tuple.user === user || leaving.has(tuple.user)) continue
    const owner = parseBindingSubject(subjectOfTuple(tuple.user))
    if (owner !== undefined && (await isInhabited(context.realms, owner))) return undefined
  }
  return "last_owner"
}

async function isActive(tx: Pick<Transaction, "selectFrom">, project: ProjectUuid): Promise<boolean> {
  const row = await tx.selectFrom("project").select("state").where("id", "=", project).executeTakeFirst()
  return row?.state === "active"
}

function isRoleChange(change: Change): change is RoleChange {
  return change.kind === "binding.add" || change.kind === "binding.remove"
}

function isSameBinding(left: RoleChange, right: RoleChange): boolean {
  return left.role === right.role && left.subject === right.subject
}

function tupleOf({ project, role, subject }: RoleChange) {
  const parsed = assertDefined(parseBindingSubject(subject), "an accepted subject has the form of one")
  return { user: tupleUserOf(parsed), relation: role, object: projectObject(project) }
}

function auditOf(
  { id, requestedBy }: PendingChange,
  { kind, project, role, subject }: RoleChange,
): AuditRecordInput {
  return {
    action: kind,
    resource: { type: "project", id: project },
    details: { role, subject, change_id: id, requested_by: requestedBy },
  }
}
