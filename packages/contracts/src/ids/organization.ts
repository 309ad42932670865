import { type Branded, GatehouseError } from "@gatehouse/kernel"

/** The slug of an organization, which is its tenant id and, by the default template, its realm's name. */
export type OrganizationId = Branded<string, "OrganizationId">

const form = /^[a-z][a-z0-9-]{1,30}[a-z0-9]$/

/** Names that mean something else in a host name, a path, a realm or a database. */
export const reservedOrganizationIds: ReadonlySet<string> = new Set([
  "admin",
  "api",
  "app",
  "assets",
  "auth",
  "gatehouse",
  "gateway",
  "governance",
  "identity",
  "internal",
  "localhost",
  "login",
  "master",
  "platform",
  "portal",
  "postgres",
  "public",
  "root",
  "secrets",
  "static",
  "status",
  "support",
  "system",
  "template",
  "tenant",
  "www",
])

/** The id under which principals of the platform realm appear; no tenant can have it. */
export const platformOrganizationId = "platform" as OrganizationId

/** True for a slug that a tenant may have: `[a-z][a-z0-9-]{1,30}[a-z0-9]`, no `--`, not reserved. */
export function isOrganizationId(text: string): text is OrganizationId {
  return form.test(text) && !text.includes("--") && !reservedOrganizationIds.has(text)
}

/** The slug as an id. Throws `request.invalid` for anything else. */
export function parseOrganizationId(text: string): OrganizationId {
  if (!isOrganizationId(text)) {
    throw new GatehouseError("request.invalid", {
      publicMessage: "An organization's id is a slug of 3 to 32 characters.",
    })
  }
  return text
}
