import type { OrganizationSchema } from "@gatehouse/postgres"
import { sbomMigrations } from "./migrations.ts"

/** What provisioning puts into every organization's database for this service; the login's key is the platform's. */
export const sbomOrganizationSchema: Omit<OrganizationSchema, "loginKey"> = {
  service: "sbom",
  migrations: { ...sbomMigrations },
  resources: { sbom: { table: "sbom" } },
}
