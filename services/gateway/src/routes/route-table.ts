import { accessPaths } from "@gatehouse/contracts"
import { maximumBodyBytes, type Route } from "./route.ts"

const canRead = { on: "project", permission: "can_read" } as const
const canWrite = { on: "project", permission: "can_write" } as const

/** Operations on documents; each is also served below the project's own path. */
const inventory: readonly Route[] = [
  {
    method: "POST",
    pattern: "/v1/sboms",
    upstream: "sbom",
    check: canWrite,
    bodyLimitBytes: maximumBodyBytes,
  },
  { method: "GET", pattern: "/v1/sboms", upstream: "sbom", check: canRead },
  // By id the object is the document: whoever may not read the selected project sees none of its documents, and what
  // beyond reading is allowed only the service can tell, since a missing document is 404 before anything is 403.
  { method: "GET", pattern: "/v1/sboms/{id}", upstream: "sbom", check: canRead },
  { method: "GET", pattern: "/v1/sboms/{id}/document", upstream: "sbom", check: canRead },
  { method: "DELETE", pattern: "/v1/sboms/{id}", upstream: "sbom", check: canRead },
  { method: "GET", pattern: "/v1/components", upstream: "sbom", check: canRead },
]

const seesOrganization = { on: "organization", permission: "can_read" } as const
const managesUsers = { on: "organization", permission: "can_manage_users" } as const
const managesSettings = { on: "organization", permission: "can_manage_settings" } as const
const canDelete = { on: "project", permission: "can_delete" } as const
const managesBindings = { on: "project", permission: "can_manage_bindings" } as const

/** Rows without a check are answered for whoever asks, about what that principal may see. */
const governance: readonly Route[] = [
  { method: "GET", pattern: "/v1/me", upstream: "governance" },
  { method: "POST", pattern: "/v1/check", upstream: "governance" },
  { method: "GET", pattern: "/v1/explain", upstream: "governance" },
  { method: "GET", pattern: "/v1/organizations", upstream: "governance" },
  { method: "GET", pattern: "/v1/organizations/{organization}", upstream: "governance" },
  { method: "GET", pattern: "/v1/members", upstream: "governance", check: managesUsers },
  { method: "GET", pattern: "/v1/members/{id}", upstream: "governance", check: managesUsers },
  { method: "GET", pattern: "/v1/projects", upstream: "governance", check: seesOrganization },
  { method: "POST", pattern: "/v1/projects", upstream: "governance", check: managesSettings },
  { method: "GET", pattern: "/v1/projects/{project}", upstream: "governance", check: canRead },
  { method: "PATCH", pattern: "/v1/projects/{project}", upstream: "governance", check: canWrite },
  { method: "DELETE", pattern: "/v1/projects/{project}", upstream: "governance", check: canDelete },
  { method: "GET", pattern: "/v1/projects/{project}/bindings", upstream: "governance", check: canRead },
  {
    method: "PUT",
    pattern: "/v1/projects/{project}/bindings/{role}/{subject*}",
    upstream: "governance",
    check: managesBindings,
  },
  {
    method: "DELETE",
    pattern: "/v1/projects/{project}/bindings/{role}/{subject*}",
    upstream: "governance",
    check: managesBindings,
  },
]

/** The AuthZEN Authorization API: whom a question is about stands in its body, so the service decides who may ask it. */
const access: readonly Route[] = Object.values(accessPaths).map((pattern) => ({
  method: "POST",
  pattern,
  upstream: "governance",
  echoesRequestId: true,
}))

/**
 * Every operation that the gateway forwards. INVARIANT 1: what is not here is 404, whatever a service serves besides
 * (`/internal/…` above all).
 */
export const routeTable: readonly Route[] = [
  ...governance,
  ...access,
  ...inventory,
  ...inventory.map((route) => ({
    ...route,
    pattern: route.pattern.replace("/v1/", "/v1/projects/{project}/"),
  })),
]
