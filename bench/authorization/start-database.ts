import { randomBytes } from "node:crypto"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { removeEmbeddedCluster } from "@gatehouse/postgres"
import { findFreePort, startCluster } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import pg from "pg"

/** A PostgreSQL of the bench's own, durable, with an empty database for each server. */
export interface BenchDatabase {
  readonly pid: number
  readonly version: string
  urlOf(database: BenchDatabaseName): string
  /** Brings the planner's statistics up to date, as autovacuum would have done in a running system. */
  analyze(): Promise<void>
  close(): Promise<void>
}

const databases = ["gatehouse_engine", "openfga"] as const
type BenchDatabaseName = (typeof databases)[number]

/** PostgreSQL's own default, in place of the laptop's 24 MB: a server that lives from its database is not to be starved of it. */
const settings = { shared_buffers: "128MB" }

/** Starts the embedded binaries on a free port, in a temporary folder that `close` removes. */
export async function startDatabase(): Promise<BenchDatabase> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-bench-"))
  // The database's own account must reach it.
  await chmod(directory, 0o711)
  const remove = async () => {
    await removeEmbeddedCluster(directory)
    await rm(directory, { recursive: true, force: true })
  }
  try {
    const cluster = await startCluster(
      {
        directory,
        port: await findFreePort(),
        password: new Secret(randomBytes(18).toString("base64url")),
        logger: createLogger({ name: "bench", level: "error" }),
      },
      true,
      settings,
    )
    const adminUrl = revealSecret(cluster.adminUrl)
    const urlOf = (database: BenchDatabaseName): string => {
      const url = new URL(adminUrl)
      url.pathname = `/${database}`
      return url.href
    }
    return {
      pid: cluster.processId,
      version: await prepare(adminUrl),
      urlOf,
      analyze: async () => {
        for (const name of databases)
          await withClient(urlOf(name), (client) => client.query("vacuum analyze"))
      },
      close: async () => {
        await cluster.stop()
        await remove()
      },
    }
  } catch (error) {
    await remove()
    throw error
  }
}

/** Makes the databases. Returns PostgreSQL's version. */
async function prepare(adminUrl: string): Promise<string> {
  return withClient(adminUrl, async (client) => {
    for (const name of databases) await client.query(`create database ${name}`)
    const { rows } = await client.query<{ fsync: string; version: string }>(
      "select current_setting('fsync') fsync, current_setting('server_version') version",
    )
    if (rows[0]?.fsync !== "on") throw new Error("fsync is off: figures of durable writes would be none")
    return rows[0].version
  })
}

async function withClient<Result>(url: string, use: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return await use(client)
  } finally {
    await client.end()
  }
}
