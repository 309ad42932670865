import type { Gatehouse, ServiceApp } from "@gatehouse/sdk"
import type { SbomDatabase } from "./database/tables.ts"

/** What every route of the service is added with. */
export interface ServiceContext {
  readonly app: ServiceApp
  readonly gatehouse: Gatehouse<SbomDatabase>
}

/** The resource type of a document in the permission model. */
export const sbomType = "sbom"
