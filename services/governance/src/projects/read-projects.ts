import type { OrganizationId, ProjectUuid } from "@gatehouse/contracts"
import type { Grant } from "@gatehouse/postgres"
import { sql } from "@gatehouse/sdk"
import type { ProjectTable } from "../database/organization-schema.ts"
import type { GovernanceContext } from "../service-context.ts"

/** Where a project stands in the list: when it was made, and its id. */
export type ProjectPlace = readonly [createdAt: string, id: string]

/** The place of a project. */
export function placeOfProject({ created_at, id }: ProjectTable): ProjectPlace {
  return [created_at.toISOString(), id]
}

/** The organization's next projects, oldest first, whether or not anyone may read them. */
export function readProjects(
  { gatehouse }: GovernanceContext,
  grant: Grant<"can_read">,
  organizationId: OrganizationId,
  { after, count }: { readonly after: ProjectPlace | undefined; readonly count: number },
): Promise<ProjectTable[]> {
  return gatehouse.withGrant(grant, (tx) =>
    tx
      .selectFrom("project")
      .selectAll()
      .where("org_id", "=", organizationId)
      .where("state", "=", "active")
      .$if(after !== undefined, (query) =>
        query.where(
          sql<[Date, ProjectUuid]>`(created_at, id)`,
          ">",
          sql<[Date, ProjectUuid]>`(${after?.[0]}::timestamptz, ${after?.[1]}::uuid)`,
        ),
      )
      .orderBy("created_at")
      .orderBy("id")
      .limit(count)
      .execute(),
  )
}
