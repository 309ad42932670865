import { setTimeout as pause } from "node:timers/promises"
import { defaultClientIds } from "@gatehouse/contracts"
import { systemClock } from "@gatehouse/kernel"
import { createDatabase, createPool, migrate } from "@gatehouse/postgres"
import { createGatehouse, createServiceApp } from "@gatehouse/sdk"
import { createJobAuth } from "@gatehouse/sdk/jobs"
import { createLogoutTokenVerifier } from "@gatehouse/tokens"
import { governanceOrganizationSchema, type OrganizationTables } from "./database/organization-schema.ts"
import { type RegistryTables, registryMigrations, registrySchema } from "./database/registry-schema.ts"
import { keepDirectoryCurrent } from "./directory/keep-directory-current.ts"
import { completePendingChange } from "./journal/complete-pending-change.ts"
import { createCompletion } from "./journal/completion.ts"
import { createJournal } from "./journal/journal.ts"
import type { GovernanceService, GovernanceServiceOptions } from "./options.ts"
import { createRevocationStore } from "./revocation/revocation-store.ts"
import { addRoutes } from "./routes/add-routes.ts"
import type { GovernanceContext } from "./service-context.ts"
import { completeOrganizations, provisionOrganization } from "./tenancy/provision-organization.ts"

/** Connections to the service's own database: its queries are short, and none waits for another. */
const registryConnections = 5

/** How long a start waits for changes that an earlier process left; usually there are none. */
const resumeMilliseconds = 2_000

/**
 * Starts the control plane on loopback: brings its own database up to date, begins to complete what an earlier process left,
 * and serves.
 */
export async function createGovernanceService(options: GovernanceServiceOptions): Promise<GovernanceService> {
  const { authorizer, databases, realms, addresses, provisioning, logger, clock = systemClock } = options
  const pool = createPool({
    url: options.databaseUrl,
    max: registryConnections,
    applicationName: "gatehouse-governance",
  })
  const registry = createDatabase<RegistryTables>(pool).withSchema(registrySchema)
  await migrate(registry, registrySchema, registryMigrations)

  const { service, resources } = governanceOrganizationSchema
  const gatehouse = createGatehouse<OrganizationTables>({ ...options, service, resources })
  const journal = createJournal(registry)
  const completion = createCompletion({
    journal,
    logger,
    complete: (entry) => completePendingChange(context, entry),
  })
  const context: GovernanceContext = {
    gatehouse,
    authorizer,
    realms,
    registry,
    journal,
    completion,
    actAsService: createJobAuth({ service, resources, authorizer, databases, logger }),
    revocations: createRevocationStore(registry),
    logoutTokens: createLogoutTokenVerifier({
      audiences: options.logoutAudiences ?? Object.values(defaultClientIds()),
      clock,
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
    }),
    addresses,
    clock,
    logger,
  }
  const memory = keepDirectoryCurrent(context)
  const tenancy = { ...provisioning, registry, realms, authorizer, logger }
  const app = await createServiceApp({
    gatehouse,
    logger,
    info: {
      title: "Gatehouse governance",
      version: "1",
      description: "Organizations, members, projects, bindings and decisions.",
    },
    health: () => authorizer.health(),
  })
  addRoutes({ ...context, app })
  // An engine that does not answer yet keeps nobody from being served: what waits is tried again.
  await Promise.race([completion.resume(), pause(resumeMilliseconds, undefined, { ref: false })])
  const part = await app.listen(options.port)
  return {
    ...part,
    provisionOrganization: async (organization) => {
      await provisionOrganization(tenancy, organization)
    },
    completeOrganizations: () => completeOrganizations(tenancy),
    close: async () => {
      await part.close()
      await memory.close()
      await completion.close()
      await registry.destroy()
    },
  }
}
