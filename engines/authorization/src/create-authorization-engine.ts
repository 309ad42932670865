import { listenOnLoopback } from "@gatehouse/http"
import { type Clock, type PartHealth, type RunningPart, type Secret, systemClock } from "@gatehouse/kernel"
import { createDatabase, createPool, migrate } from "@gatehouse/postgres"
import type { Logger } from "@gatehouse/telemetry"
import { authenticateByKey } from "./http/authenticate.ts"
import { createWireHandler } from "./http/wire-handler.ts"
import { followNotices } from "./storage/follow-notices.ts"
import { migrations } from "./storage/migrations.ts"
import { createPostgresStorage } from "./storage/postgres-storage.ts"
import { type EngineDatabase, schemaName } from "./storage/schema.ts"
import { createModels } from "./view/models.ts"
import { createStoreViews } from "./view/store-views.ts"

/** How to reach the database, where to listen, and who may ask. */
export interface AuthorizationEngineOptions {
  /** The engine's own database, as a login that may create its schema there. */
  readonly databaseUrl: Secret
  /** On loopback; 0 takes a free one. */
  readonly port: number
  /** The key that every caller presents: `Authorization: Bearer <key>`. */
  readonly presharedKey: Secret
  readonly logger: Logger
  readonly clock?: Clock
}

/** One connection listens; the rest answer. Writes of one store wait for each other, so more would only wait. */
const maximumConnections = 10

/**
 * Starts an authorization server that speaks OpenFGA's HTTP API on loopback. Several may run on one database: they follow
 * each other's commits. Throws `server.port_taken` and what `migrate` throws.
 */
export async function createAuthorizationEngine(options: AuthorizationEngineOptions): Promise<RunningPart> {
  const { databaseUrl, logger, presharedKey, clock = systemClock } = options
  const pool = createPool({
    url: databaseUrl,
    max: maximumConnections,
    applicationName: "gatehouse-authorization",
  })
  const db = createDatabase<EngineDatabase>(pool)
  try {
    await migrate(db, schemaName, migrations)
    const storage = createPostgresStorage(db)
    const views = createStoreViews(storage, clock)
    const engine = { storage, views, models: createModels(storage) }
    const handler = createWireHandler({ engine, authenticate: authenticateByKey([presharedKey]), logger })
    const listener = await listenOnLoopback(handler, options.port)
    const notices = followNotices(pool, { onNotice: views.noticed, onListening: views.doubtAll }, logger)
    return {
      url: `http://127.0.0.1:${listener.port}`,
      health: () => healthOf(storage.ping),
      close: async () => {
        notices.close()
        await listener.close()
        await db.destroy()
      },
    }
  } catch (error) {
    await db.destroy()
    throw error
  }
}

async function healthOf(ping: () => Promise<void>): Promise<PartHealth> {
  try {
    await ping()
    return { status: "ok" }
  } catch {
    return { status: "failed", detail: "The database does not answer, so every question is refused." }
  }
}
