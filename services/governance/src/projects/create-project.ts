import { randomUUID } from "node:crypto"
import {
  groupId,
  type OrganizationId,
  organizationGroups,
  type PrincipalId,
  type ProjectUuid,
  projectGroupTuples,
  projectLinkTuple,
  projectObject,
  projectRoles,
} from "@gatehouse/contracts"
import { type Grant, isConflictOn } from "@gatehouse/postgres"
import { type ProjectTable, projectNameConstraint } from "../database/organization-schema.ts"
import type { PendingChange } from "../journal/journal.ts"
import type { GovernanceContext } from "../service-context.ts"

/** How the making of a project ended. Names are unique in an organization. */
export type CreateProjectOutcome =
  | { readonly outcome: "created"; readonly project: ProjectTable }
  | { readonly outcome: "name_taken" }

/**
 * Makes a project: its row, its realm groups, its relationships, and whoever asked as its owner. For those who hold no role
 * themselves (a principal of the platform, whose bindings never lie in an organization; an API key) the organization's owners
 * are the owner, since the project's own groups are empty at first. The row holds the name from the first step on; the project is
 * there for others when the last has succeeded. Killed or failed in between, it is completed later.
 * Tenant scope: the grant's organization.
 */
export async function createProject(
  context: GovernanceContext,
  grant: Grant<"can_manage_settings">,
  name: string,
): Promise<CreateProjectOutcome> {
  const { organization, principal } = grant
  const now = new Date()
  const row: ProjectTable = {
    org_id: organization,
    id: randomUUID() as ProjectUuid,
    name,
    state: "creating",
    created_at: now,
    updated_at: now,
    created_by: principal.id,
  }
  const entry = await context.journal.enter({
    organization,
    change: { kind: "project.create", project: row.id, owner: ownerOf(organization, principal) },
    requestedBy: principal.id,
  })
  try {
    await context.gatehouse.withGrant(grant, async (tx) => {
      await tx.insertInto("project").values(row).execute()
      await tx.audit({
        action: "project.create",
        resource: { type: "project", id: row.id },
        outcome: "intent",
        details: { name, change_id: entry.id },
      })
    })
  } catch (error) {
    if (!isConflictOn(error, projectNameConstraint)) throw error
    await context.journal.strike(entry.id)
    return { outcome: "name_taken" }
  }
  await context.completion.now(entry, () => finishProjectCreation(context, grant, entry))
  return { outcome: "created", project: { ...row, state: "active" } }
}

function ownerOf(
  organization: OrganizationId,
  { id, home, type }: { readonly id: PrincipalId; readonly home: OrganizationId; readonly type: string },
): string | undefined {
  return home === organization && type !== "api_key" ? id : undefined
}

/**
 * The steps after the row, each of which may have been done already. `grant` is on the project's organization, from the
 * request or from the service itself.
 */
export async function finishProjectCreation(
  context: GovernanceContext,
  grant: Grant<"can_manage_settings">,
  entry: PendingChange,
): Promise<void> {
  const { organization, change } = entry
  if (change.kind !== "project.create") return
  const { project, owner } = change
  await context.realms.ensureProjectGroups(organization, project, projectRoles)
  const user = owner ?? `${groupId(organization, organizationGroups.owner)}#member`
  await context.authorizer.write({
    writes: [
      projectLinkTuple(organization, project),
      ...projectGroupTuples(organization, project),
      { user, relation: "owner", object: projectObject(project) },
    ],
    onDuplicate: "ignore",
  })
  await context.gatehouse.withGrant(grant, async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable("project")
      .set({ state: "active" })
      .where("org_id", "=", organization)
      .where("id", "=", project)
      .where("state", "=", "creating")
      .executeTakeFirst()
    if (numUpdatedRows === 0n) return
    await tx.audit({
      action: "project.create",
      resource: { type: "project", id: project },
      details: { change_id: entry.id, requested_by: entry.requestedBy },
    })
  })
}
