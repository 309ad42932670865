import { revealSecret, Secret } from "@gatehouse/kernel"
import { deriveLoginPassword } from "@gatehouse/postgres"
import pg from "pg"
import { addressOf, plane, stateSecrets } from "./plane.ts"

/** A login of PostgreSQL, as a service has it in an organization's database. */
export interface DatabaseLogin {
  readonly user: string
  readonly password: string
}

/** The login of a service in an organization, with its real password. */
export async function tenantLogin(
  organization: string,
  service: "governance" | "sbom",
): Promise<DatabaseLogin> {
  const user = `gatehouse_${organization}_${service}`
  return derived(user, service)
}

/** The login of an engine or service in its own database. */
export async function serviceLogin(
  service: "identity" | "authorization" | "governance",
): Promise<DatabaseLogin> {
  return derived(`gatehouse_${service}`, service)
}

/** The plane's own administrator of the cluster. */
export function clusterAdministrator(): DatabaseLogin {
  const { username = "", password = "" } = plane.credentials.database ?? {}
  return { user: username, password }
}

/** Connects, works and disconnects. Rejects with PostgreSQL's own error. */
export async function withConnection<Result>(
  database: string,
  { user, password }: DatabaseLogin,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const { port } = new URL(addressOf("database"))
  const client = new pg.Client({ host: "127.0.0.1", port: Number(port), database, user, password })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

async function derived(user: string, key: string): Promise<DatabaseLogin> {
  const { values } = await stateSecrets()
  return { user, password: revealSecret(deriveLoginPassword(new Secret(values[`login.${key}`] ?? ""), user)) }
}
