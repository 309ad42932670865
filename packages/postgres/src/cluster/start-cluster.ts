import { setTimeout as sleep } from "node:timers/promises"
import { isGatehouseError, type PartHealth, revealSecret, Secret } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import pg from "pg"
import { type Binaries, prepareBinaries } from "./binaries.ts"
import { closeCommonDatabases } from "./close-common-databases.ts"
import { loopbackAddresses } from "./free-port.ts"
import { administratorRole, initializeCluster } from "./initialize.ts"
import { stopLeftover } from "./leftover.ts"
import { type ClusterPlace, preparePlace } from "./place.ts"
import { type Postmaster, startPostmaster } from "./postmaster.ts"
import { serverSettings } from "./server-settings.ts"

/** Where the cluster lives, listens and logs. */
export interface EmbeddedClusterOptions {
  /** The state directory. The cluster lives in it, or where it says. */
  readonly directory: string
  readonly port: number
  /** The administrator's password. Fixed when the cluster is made; kept by the caller with its other secrets. */
  readonly password: Secret
  readonly logger: Logger
}

/** A PostgreSQL server of our own, on both loopback addresses. */
export interface EmbeddedCluster {
  /** The administrator's address, `postgres://gatehouse:…@127.0.0.1:<port>/postgres`: may create roles and databases. */
  readonly adminUrl: Secret
  /** The server's first process. */
  readonly processId: number
  /** Fast shutdown; a hard one after 3 s, which loses nothing that was committed. */
  stop(): Promise<void>
  health(): Promise<PartHealth>
}

/** How long a predecessor's last processes may take to let go of its memory. */
const retryLimit = { attempts: 20, pauseMilliseconds: 100 }

/**
 * Starts the cluster; `extraSettings` come last. Not part of the package's interface: it can switch durability off,
 * which the tests' own cluster does.
 */
export async function startCluster(
  options: EmbeddedClusterOptions,
  durable: boolean,
  extraSettings: Readonly<Record<string, string>> = {},
): Promise<EmbeddedCluster> {
  const { directory, port, password, logger } = options
  const place = await preparePlace(directory)
  const binaries = await prepareBinaries(place.root, place.user)
  if (await stopLeftover(place.data)) {
    logger.warn({ part: "postgres" }, "stopped a database server that an earlier run had left behind")
  }
  const addresses = await loopbackAddresses(port)
  await initializeCluster(place, binaries, password, durable)
  const settings = {
    ...serverSettings,
    port: String(port),
    listen_addresses: addresses.join(","),
    ...extraSettings,
  }
  const postmaster = await startWithRetry(place, binaries, settings, logger)
  const adminUrl = new Secret(
    `postgres://${administratorRole}:${encodeURIComponent(revealSecret(password))}@127.0.0.1:${port}/postgres`,
  )
  try {
    await closeCommonDatabases(adminUrl)
  } catch (error) {
    await postmaster.stop()
    throw error
  }
  return {
    adminUrl,
    processId: postmaster.processId,
    stop: () => postmaster.stop(),
    health: () => askHealth(postmaster, adminUrl),
  }
}

async function startWithRetry(
  place: ClusterPlace,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
  logger: Logger,
): Promise<Postmaster> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startPostmaster(place, binaries, settings, logger)
    } catch (error) {
      const again = isGatehouseError(error) && error.details.retry === true
      if (!again || attempt >= retryLimit.attempts) throw error
      await sleep(retryLimit.pauseMilliseconds)
    }
  }
}

async function askHealth(postmaster: Postmaster, adminUrl: Secret): Promise<PartHealth> {
  if (postmaster.hasEnded()) return { status: "failed", detail: "The embedded database has stopped." }
  const client = new pg.Client({
    connectionString: revealSecret(adminUrl),
    connectionTimeoutMillis: 2_000,
    query_timeout: 2_000,
  })
  client.on("error", () => {})
  try {
    await client.connect()
    await client.query("select 1")
    return { status: "ok" }
  } catch {
    return { status: "failed", detail: "The embedded database does not answer." }
  } finally {
    await client.end().catch(() => {})
  }
}
