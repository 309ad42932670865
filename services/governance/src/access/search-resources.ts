import { type Permission, type Principal, platformOrganizationId } from "@gatehouse/contracts"
import { organization } from "@gatehouse/sdk"
import { type DecisionObject, decideAll } from "@gatehouse/sdk/decision"
import type { ProjectTable } from "../database/organization-schema.ts"
import type { AskedPrincipal } from "../decisions/asked-principal.ts"
import { collectReadable } from "../projects/collect-readable.ts"
import { type ProjectPlace, placeOfProject, readProjects } from "../projects/read-projects.ts"
import type { GovernanceContext } from "../service-context.ts"
import type { Asker } from "./answer-evaluation.ts"
import type { SearchPage } from "./search-pages.ts"

/** On which objects of the asker's organization has the subject a permission? */
export interface ResourceSearchQuery {
  readonly type: "organization" | "project"
  readonly asked: AskedPrincipal
  readonly permission: Permission
  readonly facts: Readonly<Record<string, unknown>> | undefined
  readonly page: SearchPage<ProjectPlace>
}

/** A page of objects, as the API names them. */
export interface FoundResources {
  readonly results: { type: string; id: string }[]
  readonly next: ProjectPlace | undefined
}

/**
 * A page of the objects on which the subject holds the permission and which the asker may see; projects oldest first. Throws what
 * `requirePermission("can_read")` on the organization throws, and `authz.unavailable`.
 */
export async function searchResources(
  context: GovernanceContext,
  { auth }: Asker,
  { type, asked, permission, facts, page }: ResourceSearchQuery,
): Promise<FoundResources> {
  const { isSelf, principal } = asked
  const { orgId } = auth
  if (principal === undefined || page.limit === 0 || orgId === platformOrganizationId)
    return { results: [], next: undefined }
  const mayFind = (objects: readonly DecisionObject[]) =>
    areFound(context, {
      holder: principal,
      viewer: isSelf ? undefined : auth.principal,
      permission,
      facts,
      objects,
    })
  if (type === "organization") {
    const [isFound] = await mayFind([{ type, id: orgId }])
    return {
      results: isFound === true && page.after === undefined ? [{ type, id: orgId }] : [],
      next: undefined,
    }
  }
  const grant = await auth.requirePermission("can_read", organization(orgId))
  const { items, next } = await collectReadable<ProjectTable, ProjectPlace>({
    ...page,
    read: (after, count) => readProjects(context, grant, orgId, { after, count }),
    placeOf: placeOfProject,
    isReadable: (rows) => mayFind(rows.map(({ id }) => ({ type, id }))),
  })
  return { results: items.map(({ id }) => ({ type, id })), next }
}

interface Finding {
  readonly holder: Principal
  /** Who must see the object as well; undefined where the holder asks for itself. */
  readonly viewer: Principal | undefined
  readonly permission: Permission
  readonly facts: Readonly<Record<string, unknown>> | undefined
  readonly objects: readonly DecisionObject[]
}

async function areFound({ authorizer }: GovernanceContext, finding: Finding): Promise<boolean[]> {
  const { holder, viewer, permission, facts, objects } = finding
  const held = objects.map((object) => ({ principal: holder, permission, object, context: facts }))
  const seen = viewer
    ? objects.map((object) => ({ principal: viewer, permission: "can_read" as const, object }))
    : []
  const decisions = await decideAll(authorizer, [...held, ...seen])
  return objects.map(
    (_, index) =>
      decisions[index]?.allowed === true &&
      (viewer === undefined || decisions[objects.length + index]?.allowed === true),
  )
}
