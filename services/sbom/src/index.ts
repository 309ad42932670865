export { createSbomService, type SbomServiceOptions } from "./create-sbom-service.ts"
export { sbomOrganizationSchema } from "./database/organization-schema.ts"
export type { SbomDatabase } from "./database/tables.ts"
