import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { organization, project } from "@gatehouse/sdk"
import { finishBindingChange } from "../bindings/change-binding.ts"
import { finishProjectCreation } from "../projects/create-project.ts"
import { finishProjectDeletion, removeProjectLink } from "../projects/delete-project.ts"
import type { GovernanceContext } from "../service-context.ts"
import type { PendingChange } from "./journal.ts"

/**
 * Brings a change that a dead process left to its end, as the service itself. A change whose first transaction never
 * committed has left nothing, and ends here; whoever asked for it got no answer.
 */
export async function completePendingChange(context: GovernanceContext, entry: PendingChange): Promise<void> {
  const auth = context.actAsService(entry.organization)
  try {
    const { change } = entry
    switch (change.kind) {
      case "project.create": {
        const grant = await auth.requirePermission("can_manage_settings", organization(entry.organization))
        const row = await context.gatehouse.withGrant(grant, (tx) =>
          tx.selectFrom("project").select("state").where("id", "=", change.project).executeTakeFirst(),
        )
        if (row?.state === "creating") await finishProjectCreation(context, grant, entry)
        return
      }
      case "project.delete": {
        const grant = await visible(auth.requirePermission("can_delete", project(change.project)))
        if (grant === undefined) return await removeProjectLink(context, entry, change.project)
        const row = await context.gatehouse.withGrant(grant, (tx) =>
          tx.selectFrom("project").select("state").where("id", "=", change.project).executeTakeFirst(),
        )
        if (row?.state === "deleting") await finishProjectDeletion(context, grant, entry)
        else if (row === undefined) await removeProjectLink(context, entry, change.project)
        return
      }
      case "binding.add":
      case "binding.remove": {
        const grant = await visible(auth.requirePermission("can_manage_bindings", project(change.project)))
        if (grant !== undefined) await finishBindingChange(context, grant, entry)
        return
      }
      default:
        throw new GatehouseError("governance.incomplete")
    }
  } finally {
    auth.end()
  }
}

/** A grant, or undefined where its object is gone. */
async function visible<Grant>(asked: Promise<Grant>): Promise<Grant | undefined> {
  try {
    return await asked
  } catch (error) {
    if (isGatehouseError(error) && error.code === "authz.not_found") return undefined
    throw error
  }
}
