import type { Secret } from "@gatehouse/kernel"
import { administer } from "../provision/administer.ts"
import { quoteIdentifier } from "../sql/identifier.ts"

/**
 * Takes from every login the right to connect to the databases that initdb made, which PUBLIC has by default: an organization's
 * login connects to its organization's database and to no other. Throws `postgres.login_refused` where the password is not the
 * one the cluster was made with.
 */
export async function closeCommonDatabases(adminUrl: Secret): Promise<void> {
  await administer(adminUrl, undefined, async (administrator) => {
    const { rows } = await administrator.query<{ name: string }>(
      `select datname as name from pg_database where datname in ('postgres', 'template1') and exists (
        select from aclexplode(coalesce(datacl, acldefault('d', datdba)))
        where grantee = 0 and privilege_type in ('CONNECT', 'TEMPORARY'))`,
    )
    for (const { name } of rows) {
      await administrator.query(`revoke all on database ${quoteIdentifier(name)} from public`)
    }
  })
}
