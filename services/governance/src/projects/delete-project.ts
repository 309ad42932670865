import { type ProjectUuid, projectLinkTuple } from "@gatehouse/contracts"
import { assertDefined } from "@gatehouse/kernel"
import type { Grant } from "@gatehouse/postgres"
import type { PendingChange } from "../journal/journal.ts"
import type { GovernanceContext } from "../service-context.ts"
import { lockProject } from "./project-lock.ts"
import { readRoleTuples, removeTuples } from "./project-tuples.ts"

/** How a deletion ended; a project that is gone already is not found. */
export type DeleteProjectOutcome = "deleted" | "not_found"

/**
 * Removes a project: its bindings, its realm groups, its row, and last its place in the organization. From the first step on
 * it is gone for everyone; killed or failed in between, the rest is completed later.
 * Tenant scope: the grant's project.
 */
export async function deleteProject(
  context: GovernanceContext,
  grant: Grant<"can_delete">,
): Promise<DeleteProjectOutcome> {
  const { organization, principal } = grant
  const project = assertDefined(grant.project, "the grant is on a project")
  const entry = await context.gatehouse.withGrant(grant, async (tx) => {
    await lockProject(tx, project)
    const marked = await tx
      .updateTable("project")
      .set({ state: "deleting", updated_at: new Date() })
      .where("org_id", "=", organization)
      .where("id", "=", project)
      .where("state", "=", "active")
      .returning("name")
      .executeTakeFirst()
    if (marked === undefined) return undefined
    const entered = await context.journal.enter({
      organization,
      change: { kind: "project.delete", project },
      requestedBy: principal.id,
    })
    await tx.audit({
      action: "project.delete",
      resource: { type: "project", id: project },
      outcome: "intent",
      details: { name: marked.name, change_id: entered.id },
    })
    return entered
  })
  if (entry === undefined) return "not_found"
  await context.completion.now(entry, () => finishProjectDeletion(context, grant, entry))
  return "deleted"
}

/** The steps after the mark, each of which may have been done already. `grant` is on the project. */
export async function finishProjectDeletion(
  context: GovernanceContext,
  grant: Grant<"can_delete">,
  entry: PendingChange,
): Promise<void> {
  const { organization, change } = entry
  const { project } = change
  await removeTuples(context.authorizer, await readRoleTuples(context.authorizer, project))
  await context.realms.removeProjectGroups(organization, project)
  await context.gatehouse.withGrant(grant, async (tx) => {
    const { numDeletedRows } = await tx
      .deleteFrom("project")
      .where("org_id", "=", organization)
      .where("id", "=", project)
      .where("state", "=", "deleting")
      .executeTakeFirst()
    if (numDeletedRows === 0n) return
    await tx.audit({
      action: "project.delete",
      resource: { type: "project", id: project },
      details: { change_id: entry.id, requested_by: entry.requestedBy },
    })
  })
  await removeProjectLink(context, entry, project)
}

/** The last step: until it, the service itself may still ask for the grant that removes the row. */
export async function removeProjectLink(
  { authorizer }: Pick<GovernanceContext, "authorizer">,
  { organization }: Pick<PendingChange, "organization">,
  project: ProjectUuid,
): Promise<void> {
  await removeTuples(authorizer, [projectLinkTuple(organization, project)])
}
