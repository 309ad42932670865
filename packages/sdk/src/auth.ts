import type { OrganizationId, Principal } from "@gatehouse/contracts"
import type { Grant } from "@gatehouse/postgres"
import type { ObjectReference, PermissionOn, ProjectReference } from "./objects.ts"

/** One authenticated request: who asks, in which organization, and the only way to ask for a permission. */
export interface Auth {
  readonly principal: Principal
  /** The organization in which the principal acts, from the verified credential (INVARIANT 2). */
  readonly orgId: OrganizationId
  /**
   * The project that the request selects, by `X-Project-ID` or a path under `/v1/projects/{id}/`, as the client wrote it.
   * Undefined where it selects none. Pass it to `project()`; a malformed one then answers like a missing one.
   */
  readonly selectedProject: string | undefined
  /** The selected project as an object. Throws `request.project_required` (400) where the request selects none. */
  requireProject(): ProjectReference
  /**
   * The grant for a permission on an object. Throws `authz.not_found` without `can_read` on it (missing and foreign alike),
   * `authz.permission_denied` with it, `authz.unavailable` where it could not be decided. A selected project other than a
   * resource's own is `authz.not_found`. The grant dies with the request, at most 30 s old.
   */
  requirePermission<Reference extends ObjectReference, P extends PermissionOn<Reference>>(
    permission: P,
    object: Reference,
  ): Promise<Grant<P>>
  /** Ends the request: every grant it was given is dead from now on. Idempotent. */
  end(): void
}
