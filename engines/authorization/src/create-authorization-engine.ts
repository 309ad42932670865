import { setTimeout as sleep } from "node:timers/promises"
import { listenOnLoopback } from "@gatehouse/http"
import {
  type Clock,
  GatehouseError,
  type PartHealth,
  type RunningPart,
  revealSecret,
  Secret,
  systemClock,
} from "@gatehouse/kernel"
import { createDatabase, createPool, migrate } from "@gatehouse/postgres"
import type { Logger } from "@gatehouse/telemetry"
import { createIssuerTokenVerifier, type IssuerTokenVerifierOptions } from "@gatehouse/tokens"
import type { Engine } from "./commands/engine.ts"
import { type Authenticate, authenticateByIssuer, authenticateByKey } from "./http/authenticate.ts"
import { createWireHandler } from "./http/wire-handler.ts"
import { followNotices } from "./storage/follow-notices.ts"
import { migrations } from "./storage/migrations.ts"
import { createPostgresStorage } from "./storage/postgres-storage.ts"
import { type EngineDatabase, schemaName } from "./storage/schema.ts"
import { createModels } from "./view/models.ts"
import { createStoreViews } from "./view/store-views.ts"
import { createTuplePages } from "./view/tuple-pages.ts"

/** Callers present one of these keys: `Authorization: Bearer <key>`. */
interface KeyCallers {
  readonly presharedKey: Secret | readonly Secret[]
  readonly oidc?: undefined
}

/** Callers present a token of this issuer: OpenFGA's `--authn-method oidc`, with the same meaning of each member. */
interface IssuerCallers {
  readonly presharedKey?: undefined
  readonly oidc: Pick<IssuerTokenVerifierOptions, "issuer" | "issuerAliases" | "audience" | "subjects">
}

/** How to reach the database, where to listen, and who may ask. */
export type AuthorizationEngineOptions = (KeyCallers | IssuerCallers) & {
  /** The engine's own database, as a login that may create its schema there. */
  readonly databaseUrl: Secret
  /** On loopback; 0 takes a free one. */
  readonly port: number
  readonly logger: Logger
  readonly clock?: Clock
}

/** One connection listens; the rest answer. Writes of one store wait for each other, so more would only wait. */
const maximumConnections = 10
/** Stores loaded at start, the last changed ones. A plane has one; more only delay the last. */
const maximumPreloadedStores = 16
/** How long a start waits for its stores. Small ones are there by then; with large ones it goes on and says so in its health. */
const preloadWaitMilliseconds = 1_000

/**
 * Starts an authorization server that speaks OpenFGA's HTTP API on loopback. Several may run on one database: they follow
 * each other's commits. Throws `server.port_taken`, `tokens.not_configured` where nobody
 * could be let in rightly, and what `migrate` throws.
 */
export async function createAuthorizationEngine(options: AuthorizationEngineOptions): Promise<RunningPart> {
  const { databaseUrl, logger, clock = systemClock } = options
  const authenticate = createAuthenticate(options)
  const pool = createPool({
    url: databaseUrl,
    max: maximumConnections,
    applicationName: "gatehouse-authorization",
  })
  const db = createDatabase<EngineDatabase>(pool)
  const storage = createPostgresStorage(db)
  const engine: Engine = {
    storage,
    views: createStoreViews(storage, clock),
    pages: createTuplePages(storage),
    models: createModels(storage),
  }
  let notices: { close(): void } | undefined
  const free = async () => {
    notices?.close()
    engine.views.close()
    await db.destroy()
  }
  try {
    await migrate(db, schemaName, migrations)
    const { noticed, doubtAll } = engine.views
    notices = followNotices(pool, { onNotice: noticed, onListening: doubtAll }, logger)
    const preloaded = engine.views.preload(await storage.listChangedStores(maximumPreloadedStores))
    await Promise.race([preloaded, sleep(preloadWaitMilliseconds, undefined, { ref: false })])
    const handler = createWireHandler({ engine, authenticate, logger })
    const listener = await listenOnLoopback(handler, options.port)
    return {
      url: `http://127.0.0.1:${listener.port}`,
      health: () => healthOf(engine),
      close: async () => {
        await listener.close()
        await free()
      },
    }
  } catch (error) {
    await free()
    throw error
  }
}

function createAuthenticate({ presharedKey, oidc, clock }: AuthorizationEngineOptions): Authenticate {
  if (oidc !== undefined) return authenticateByIssuer(createIssuerTokenVerifier({ ...oidc, clock }))
  const keys = presharedKey instanceof Secret ? [presharedKey] : presharedKey
  if (keys.length === 0 || keys.some((key) => revealSecret(key) === ""))
    throw new GatehouseError("tokens.not_configured", { details: { option: "presharedKey" } })
  return authenticateByKey(keys)
}

async function healthOf({ storage, views }: Engine): Promise<PartHealth> {
  try {
    await storage.ping()
  } catch {
    return { status: "failed", detail: "The database does not answer, so every question is refused." }
  }
  const left = views.stillToPreload
  if (left === 0) return { status: "ok" }
  return {
    status: "degraded",
    detail: `Stores still being loaded into memory: ${left}. Questions about them are refused meanwhile.`,
  }
}
