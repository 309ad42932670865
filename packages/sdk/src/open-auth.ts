import { GatehouseError } from "@gatehouse/kernel"
import { endRequest, openRequest } from "@gatehouse/postgres/grants"
import type { Auth } from "./auth.ts"
import type { AuthFacts } from "./auth-facts.ts"
import { project } from "./objects.ts"
import { requirePermission } from "./require-permission.ts"

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
