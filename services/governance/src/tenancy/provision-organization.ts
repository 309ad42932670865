import { type OrganizationId, organizationTuples, parseOrganizationId } from "@gatehouse/contracts"
import { GatehouseError, type Secret } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import { type OrganizationSchema, provisionOrganizationDatabase } from "@gatehouse/postgres"
import type { Logger } from "@gatehouse/telemetry"
import type { Kysely } from "kysely"
import type { RegistryTables } from "../database/registry-schema.ts"
import type { RealmDirectory } from "../directory/realm-directory.ts"

/** What an organization is made of. */
export interface ProvisioningOptions {
  /** The administrator's address of the database server. */
  readonly adminUrl: Secret
  /** Every service that keeps something in the organization's database. */
  readonly services: readonly OrganizationSchema[]
}

/** What provisioning works on. It runs as the service itself, across organizations. */
export interface ProvisioningContext extends ProvisioningOptions {
  readonly registry: Kysely<RegistryTables>
  readonly realms: Pick<RealmDirectory, "ensureRealm">
  readonly authorizer: Pick<Authorizer, "write">
  readonly logger: Logger
}

/** What the caller decides of an organization; all else is derived from its id. */
export interface NewOrganization {
  readonly id: string
  readonly name: string
}

/**
 * Makes an organization, or completes one: its registry row, realm, relationships and database, each ensured rather than
 * created, so that a second run after a kill at any step converges. It is trusted only when every part is there.
 * Throws `request.invalid` for an id that no organization may have, `governance.provisioning_failed` with the step.
 */
export async function provisionOrganization(
  context: ProvisioningContext,
  { id, name }: NewOrganization,
): Promise<OrganizationId> {
  const organization = parseOrganizationId(id)
  const { registry, realms, authorizer, adminUrl, services } = context
  await registry
    .insertInto("organization")
    .values({ id: organization, name, state: "provisioning", created_at: new Date() })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const steps: Readonly<Record<string, () => Promise<unknown>>> = {
    database: () => provisionOrganizationDatabase(adminUrl, { organization, services: [...services] }),
    realm: () => realms.ensureRealm(organization, { name }),
    relationships: () =>
      authorizer.write({ writes: organizationTuples(organization), onDuplicate: "ignore" }),
  }
  await Promise.all(Object.entries(steps).map(([step, run]) => runStep(context, organization, step, run)))
  await registry
    .updateTable("organization")
    .set({ state: "active" })
    .where("id", "=", organization)
    .where("state", "=", "provisioning")
    .execute()
  return organization
}

/** Organizations that are brought up to date at one time. */
const concurrentOrganizations = 4

/**
 * Brings every known organization to this release. One that fails is not trusted until a later run completes it, and keeps none of
 * the others from serving. Returns those that failed.
 */
export async function completeOrganizations(context: ProvisioningContext): Promise<OrganizationId[]> {
  const { registry } = context
  const rows = await registry.selectFrom("organization").select(["id", "name"]).orderBy("id").execute()
  const failed: OrganizationId[] = []
  for (let from = 0; from < rows.length; from += concurrentOrganizations) {
    const batch = rows.slice(from, from + concurrentOrganizations)
    const outcomes = await Promise.allSettled(batch.map((row) => provisionOrganization(context, row)))
    failed.push(...batch.filter((_, index) => outcomes[index]?.status === "rejected").map(({ id }) => id))
  }
  if (failed.length > 0) {
    await registry
      .updateTable("organization")
      .set({ state: "provisioning" })
      .where("id", "in", failed)
      .execute()
  }
  return failed
}

async function runStep(
  { logger }: ProvisioningContext,
  organization: OrganizationId,
  step: string,
  run: () => Promise<unknown>,
): Promise<void> {
  try {
    await run()
  } catch (cause) {
    logger.error({ err: cause, organization, step }, "a step of provisioning failed")
    throw new GatehouseError("governance.provisioning_failed", { details: { organization, step }, cause })
  }
}
