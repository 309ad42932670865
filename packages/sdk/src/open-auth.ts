import type { Principal } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import type { OrganizationDatabases } from "@gatehouse/postgres"
import { endRequest, openRequest } from "@gatehouse/postgres/grants"
import type { Logger } from "@gatehouse/telemetry"
import type { Auth } from "./auth.ts"
import type { ResourceRegistration } from "./create-gatehouse.ts"
import { project } from "./objects.ts"
import { requirePermission } from "./require-permission.ts"

/** What one request's checks work with. */
export interface AuthFacts {
  readonly principal: Principal
  readonly selectedProject: string | undefined
  readonly authorizer: Authorizer
  readonly databases: Pick<OrganizationDatabases<never>, "resourceProject" | "recordUse">
  readonly resources: Readonly<Record<string, ResourceRegistration>>
  readonly logger: Logger
}

/** Opens the lifetime of one request's grants. */
export function openAuth(facts: AuthFacts): Auth {
  const lifetime = openRequest()
  return Object.freeze<Auth>({
    principal: facts.principal,
    orgId: facts.principal.organization,
    selectedProject: facts.selectedProject,
    requireProject: () => {
      if (facts.selectedProject === undefined) throw new GatehouseError("request.project_required")
      return project(facts.selectedProject)
    },
    requirePermission: (permission, object) => requirePermission(facts, lifetime, permission, object),
    end: () => endRequest(lifetime),
  })
}
