import { randomBytes } from "node:crypto"
import type { OrganizationId } from "@gatehouse/contracts"
import { type RealmTemplateOptions, realmTemplate } from "../template/realm-template.ts"

/** A realm of this test alone, removed afterwards. */
export function uniqueOrganization(): OrganizationId {
  return `t-${randomBytes(6).toString("hex")}` as OrganizationId
}

/** The template as every test has it, but for `more`. */
export function templateOf(
  organization: OrganizationId,
  more: Partial<RealmTemplateOptions> = {},
): ReturnType<typeof realmTemplate> {
  return realmTemplate({
    organization,
    displayName: "Acme",
    organizationUrl: "http://acme.localhost:8080",
    ...more,
  })
}
