import { type RunningPart, revealSecret, Secret } from "@gatehouse/kernel"
import { createPool, startEmbeddedCluster } from "@gatehouse/postgres"
import type { PlaneContext } from "./plane-context.ts"

/** A PostgreSQL in which this plane makes what it needs. */
export interface RunningDatabase {
  readonly adminUrl: Secret
  /** The server's address without login and database: services put their own in. */
  readonly serverUrl: string
}

/** Starts the embedded cluster, or stands for the server at `DATABASE_URL`. Undefined where no part of this plane wants one. */
export async function startDatabase(context: PlaneContext): Promise<RunningDatabase | undefined> {
  const { parts, config, registry } = context
  if (!parts.has("database")) return undefined
  const configured = revealSecret(config.databaseUrl)
  const adminUrl = configured === undefined ? await startEmbedded(context) : new Secret(configured)
  if (configured !== undefined) await registry.start("database", async () => remoteDatabase(adminUrl))
  return { adminUrl, serverUrl: serverUrlOf(adminUrl) }
}

async function startEmbedded({ paths, secrets, addresses, logger, registry }: PlaneContext): Promise<Secret> {
  let adminUrl: Secret | undefined
  await registry.start("database", async () => {
    const cluster = await startEmbeddedCluster({
      directory: paths.directory,
      port: addresses.ports.database,
      password: secrets.databasePassword,
      logger: logger.child({ part: "database" }),
    })
    adminUrl = cluster.adminUrl
    return { health: () => cluster.health(), close: () => cluster.stop() }
  })
  return adminUrl as Secret
}

/** A PostgreSQL that somebody else runs: stopping leaves it alone. */
function remoteDatabase(adminUrl: Secret): Pick<RunningPart, "health" | "close"> {
  const pool = createPool({ url: adminUrl, max: 1, applicationName: "gatehouse health" })
  return {
    health: async () => {
      await pool.query("select 1")
      return { status: "ok" }
    },
    close: () => pool.end(),
  }
}

function serverUrlOf(adminUrl: Secret): string {
  const url = new URL(revealSecret(adminUrl))
  url.username = ""
  url.password = ""
  url.pathname = ""
  return url.href.replace(/\/$/, "")
}
