import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { removeEmbeddedCluster } from "@gatehouse/postgres"
import { findFreePort, startCluster } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import pg from "pg"
import { type RealOpenfga, startRealOpenfga } from "../../tests/support/real-openfga.ts"

/** One of the servers that are compared. */
export interface Server {
  readonly name: "gatehouse" | "openfga" | "openfgaCached"
  readonly url: string
  readonly credential: string
  readonly pid: number
}

/** The servers, and the database server that all of them keep their state in. */
export interface Servers {
  readonly gatehouse: Server
  readonly openfga: Server
  /** On the same database as `openfga`, with the check and list caches on. */
  readonly openfgaCached: Server
  readonly postgresPid: number
  readonly postgresVersion: string
  /** Brings the planner's statistics up to date, as autovacuum would have done in a running system. */
  analyze(): Promise<void>
  close(): Promise<void>
}

/** Every cache that OpenFGA 1.22.1 has for questions, with its own limits and lifetimes (10 s). */
const cacheFlags = [
  "--check-query-cache-enabled",
  "--check-iterator-cache-enabled",
  "--list-objects-iterator-cache-enabled",
  "--shared-iterator-enabled",
  "--cache-controller-enabled",
]

/** PostgreSQL's own default, in place of the laptop's 24 MB: a server that lives from its database is not to be starved of it. */
const clusterSettings = { shared_buffers: "128MB" }

/** Starts everything on free ports of loopback, in a temporary folder that `close` removes. */
export async function startServers(): Promise<Servers> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const directory = await mkdtemp(join(tmpdir(), "gatehouse-bench-"))
    closers.push(() => rm(directory, { recursive: true, force: true }))
    await chmod(directory, 0o711)
    closers.push(() => removeEmbeddedCluster(directory))
    const cluster = await startCluster(
      {
        directory,
        port: await findFreePort(),
        password: new Secret(randomBytes(18).toString("base64url")),
        logger: createLogger({ name: "bench", level: "error" }),
      },
      true,
      clusterSettings,
    )
    closers.push(() => cluster.stop())
    const adminUrl = revealSecret(cluster.adminUrl)
    const postgresVersion = await prepareDatabases(adminUrl)
    const gatehouse = await startEngine(databaseOf(adminUrl, "gatehouse_engine"))
    closers.push(() => stop(gatehouse.child))
    const databaseUrl = databaseOf(adminUrl, "openfga")
    const openfga = await startRealOpenfga({ datastore: "postgres", databaseUrl })
    closers.push(() => openfga.close())
    const cached = await startRealOpenfga({ datastore: "postgres", databaseUrl, arguments: cacheFlags })
    closers.push(() => cached.close())
    return {
      gatehouse: gatehouse.server,
      openfga: asServer("openfga", openfga),
      openfgaCached: asServer("openfgaCached", cached),
      postgresPid: cluster.processId,
      postgresVersion,
      analyze: () => analyze(adminUrl),
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

function asServer(name: Server["name"], { url, credential, pid }: RealOpenfga): Server {
  return { name, url, credential, pid }
}

function databaseOf(adminUrl: string, name: string): string {
  const url = new URL(adminUrl)
  url.pathname = `/${name}`
  return url.href
}

const databases = ["gatehouse_engine", "openfga"]

async function prepareDatabases(adminUrl: string): Promise<string> {
  return withClient(adminUrl, async (client) => {
    for (const name of databases) await client.query(`create database ${name}`)
    const { rows } = await client.query<{ fsync: string; version: string }>(
      "select current_setting('fsync') fsync, current_setting('server_version') version",
    )
    if (rows[0]?.fsync !== "on") throw new Error("fsync is off: figures of durable writes would be none")
    return rows[0].version
  })
}

async function analyze(adminUrl: string): Promise<void> {
  for (const name of databases)
    await withClient(databaseOf(adminUrl, name), (client) => client.query("vacuum analyze"))
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

async function startEngine(databaseUrl: string): Promise<{ server: Server; child: ChildProcess }> {
  const credential = randomBytes(24).toString("base64url")
  const child = spawn(process.execPath, [fileURLToPath(new URL("engine-process.ts", import.meta.url))], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, BENCH_DATABASE_URL: databaseUrl, BENCH_CREDENTIAL: credential },
  })
  const ended = once(child, "exit").then(() => {
    throw new Error("the embedded engine ended before it was ready")
  })
  const [line] = await Promise.race([once(createInterface(child.stdout), "line"), ended])
  ended.catch(() => {})
  return { server: { name: "gatehouse", url: JSON.parse(line).url, credential, pid: child.pid ?? 0 }, child }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, "exit")
  child.kill("SIGTERM")
  await exited
}
