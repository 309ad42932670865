import { revealSecret, type Secret } from "@gatehouse/kernel"
import { connectionUrl } from "../pool/create-pool.ts"
import { administer, lockFor } from "./administer.ts"
import { ensureDatabase } from "./databases.ts"
import { ensureLogin, joinRole } from "./roles.ts"

/** A service's own database and the only login that may connect to it. */
export interface ServiceDatabaseOptions {
  readonly database: string
  readonly login: string
  readonly password: Secret
}

/**
 * Makes the database of an engine or service with the one login that may connect to it and owns it; a second run changes
 * nothing but the password, where that is new. Returns the address with the login in it.
 */
export async function ensureServiceDatabase(
  adminUrl: Secret,
  { database, login, password }: ServiceDatabaseOptions,
): Promise<{ url: Secret }> {
  await administer(adminUrl, undefined, async (administrator) => {
    await lockFor(administrator, database)
    await ensureLogin(administrator, login, password)
    await joinRole(administrator, login)
    await ensureDatabase(administrator, database, login, [login])
  })
  return { url: connectionUrl({ serverUrl: serverUrlOf(adminUrl), database, login, password }) }
}

/** An address without login, password and database. */
export function serverUrlOf(url: Secret): string {
  const address = new URL(revealSecret(url))
  address.username = ""
  address.password = ""
  address.pathname = ""
  return address.href
}
