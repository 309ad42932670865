import { revealSecret, type Secret } from "@gatehouse/kernel"
import { urlOfDatabase } from "../pool/create-pool.ts"
import { RewrappingClient } from "../pool/rewrapping-client.ts"

/** A connection of the administrator, for statements that take no parameters. */
export type Administrator = RewrappingClient

/** Provisioning waits for locks of others, but not for ever. */
const patienceMilliseconds = 60_000

/**
 * Runs `work` as the administrator on one connection: in the maintenance database that `adminUrl` names or, with
 * `database`, in that one.
 */
export async function administer<Result>(
  adminUrl: Secret,
  database: string | undefined,
  work: (administrator: Administrator) => Promise<Result>,
): Promise<Result> {
  const client = new RewrappingClient({
    connectionString: revealSecret(database === undefined ? adminUrl : urlOfDatabase(adminUrl, database)),
    application_name: "gatehouse-provisioning",
    connectionTimeoutMillis: 10_000,
    lock_timeout: patienceMilliseconds,
  })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** Lets one provisioning of the same thing run at a time, whichever process asks; ends with the connection. */
export async function lockFor(administrator: Administrator, what: string): Promise<void> {
  await administrator.query("select pg_advisory_lock(hashtextextended($1, 0))", [
    `gatehouse provisioning of ${what}`,
  ])
}
