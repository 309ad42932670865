import type { Project } from "@gatehouse/contracts"
import type { ProjectTable } from "../../database/organization-schema.ts"

/** A project as the API shows it. */
export function toProject(row: ProjectTable): Project {
  return {
    id: row.id,
    name: row.name,
    organization: row.org_id,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    created_by: row.created_by,
  }
}
