import type { RunningPart } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import type { OrganizationDatabases } from "@gatehouse/postgres"
import { createGatehouse, createServiceApp, type RequestVerifier } from "@gatehouse/sdk"
import type { Logger } from "@gatehouse/telemetry"
import { sbomOrganizationSchema } from "./database/organization-schema.ts"
import type { SbomDatabase } from "./database/tables.ts"
import { addCreateSbom } from "./routes/create-sbom.ts"
import { addDeleteSbom } from "./routes/delete-sbom.ts"
import { addGetDocument } from "./routes/get-document.ts"
import { addGetSbom } from "./routes/get-sbom.ts"
import { addListSboms } from "./routes/list-sboms.ts"
import { addSearchComponents } from "./routes/search-components.ts"

/** What the service works on, whom it trusts, and where it listens. */
export interface SbomServiceOptions {
  /** Internal tokens behind the gateway, public ones where the service stands at the edge itself. */
  readonly verifier: RequestVerifier
  readonly authorizer: Authorizer
  readonly databases: OrganizationDatabases<SbomDatabase>
  readonly logger: Logger
  /** 0 takes a free one. */
  readonly port: number
}

/**
 * Starts the service on loopback. It owns nothing it was given: authorizer and databases are closed by whoever made them.
 */
export async function createSbomService(options: SbomServiceOptions): Promise<RunningPart> {
  const { service, resources } = sbomOrganizationSchema
  const gatehouse = createGatehouse<SbomDatabase>({ ...options, service, resources })
  const app = await createServiceApp({
    gatehouse,
    logger: options.logger,
    info: {
      title: "Gatehouse SBOM service",
      version: "1",
      description: "Documents and component inventory.",
    },
    health: () => options.authorizer.health(),
  })
  const context = { app, gatehouse }
  addCreateSbom(context)
  addListSboms(context)
  addGetSbom(context)
  addGetDocument(context)
  addDeleteSbom(context)
  addSearchComponents(context)
  return app.listen(options.port)
}
