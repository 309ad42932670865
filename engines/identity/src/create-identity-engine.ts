import { hkdfSync } from "node:crypto"
import { createHttpApp, listenOnLoopback, loopbackHosts } from "@gatehouse/http"
import {
  GatehouseError,
  type PartHealth,
  type RunningPart,
  revealSecret,
  type Secret,
  systemClock,
} from "@gatehouse/kernel"
import { createDatabase, createPool, migrate } from "@gatehouse/postgres"
import type { Logger } from "@gatehouse/telemetry"
import { type Kysely, sql } from "kysely"
import type { BootstrapAdministrator } from "./admin/ensure-bootstrap-administrator.ts"
import { ensureBootstrapAdministrator } from "./admin/ensure-bootstrap-administrator.ts"
import { registerAdminApi } from "./admin/register-admin-api.ts"
import { renderErrorPage } from "./pages/message-page.ts"
import { createProviders } from "./provider/providers.ts"
import { createBackChannel } from "./sessions/back-channel.ts"
import { createSessionEnder } from "./sessions/end-session.ts"
import { createUserSessions } from "./sessions/user-sessions.ts"
import { createIdentityStore } from "./store/create-identity-store.ts"
import { identityMigrations } from "./store/migrations.ts"
import type { IdentityTables } from "./store/schema.ts"
import type { Realm } from "./store/types.ts"
import { createKeyrings } from "./tokens/realm-keyring.ts"
import { createAccessTokenVerifier } from "./tokens/verify-access-token.ts"
import { createAdminTokenVerifier } from "./wire/admin-token.ts"
import { keycloakErrorAnswer } from "./wire/keycloak-error.ts"
import type { OidcDependencies } from "./wire/oidc-dependencies.ts"
import { registerOidcRoutes } from "./wire/oidc-routes.ts"
import { createRealmOrigins } from "./wire/realm-origins.ts"

/** How to reach the database, where to listen, and by which address others know the engine. */
export interface IdentityEngineOptions {
  /** The engine's own database; its schema is migrated at the start. */
  readonly databaseUrl: Secret
  /** On 127.0.0.1 and ::1; 0 takes a free one. */
  readonly port: number
  /** Where clients and browsers reach it, `http://localhost:8081`: issuers and links begin with it. Without a path. */
  readonly publicUrl: string
  /** The first administrator, a service account of the realm `master`. */
  readonly bootstrap: BootstrapAdministrator
  /** Seals what the database keeps, and signs cookies and forms. At least 32 characters. */
  readonly encryptionKey: Secret
  readonly logger: Logger
}

/** Bodies of other than the Admin API's own size are small. In bytes. */
const bodyLimitBytes = 1_048_576

/** PostgreSQL connections of the engine, at most. */
const maximumConnections = 8

/** How often expired codes, sessions and tokens are deleted. In milliseconds. */
const purgeMilliseconds = 60_000

/**
 * The embedded identity server on Keycloak's wire: OIDC below `/realms/<realm>`, Admin API below `/admin`. Listens on loopback
 * alone, answers no foreign `Host`, and no browser but on login pages and from registered origins.
 */
export async function createIdentityEngine(options: IdentityEngineOptions): Promise<RunningPart> {
  const { databaseUrl, encryptionKey, logger } = options
  const pool = createPool({
    url: databaseUrl,
    max: maximumConnections,
    applicationName: "gatehouse identity",
  })
  const database = createDatabase<IdentityTables>(pool)
  try {
    await migrate(database, "identity", identityMigrations)
    const store = createIdentityStore({ database, encryptionKey })
    await ensureBootstrapAdministrator(store, options.bootstrap)
    const { oidc, closeParts } = composeOidc(options, store)
    const app = createApp(options, oidc)
    await registerOidcRoutes(app, oidc)
    registerAdminApi(app, {
      store,
      verifyAdminToken: createAdminTokenVerifier(oidc),
      sessions: oidc.sessionEnder,
      publicUrl: oidc.publicUrl.origin,
      logger,
    })
    await app.ready()
    const listener = await listenOnLoopback(app.routing, options.port)
    const purging = setInterval(() => {
      store.expiring.purge().catch((error: unknown) => logger.error({ err: error }, "purging failed"))
    }, purgeMilliseconds)
    purging.unref()
    return {
      url: `http://127.0.0.1:${listener.port}`,
      health: () => checkHealth(database),
      async close() {
        clearInterval(purging)
        await listener.close()
        await app.close()
        await closeParts()
        await database.destroy()
      },
    }
  } catch (error) {
    await database.destroy()
    throw error
  }
}

function createApp({ logger }: IdentityEngineOptions, { publicUrl }: OidcDependencies) {
  const app = createHttpApp({
    logger,
    bodyLimitBytes,
    mapError: keycloakErrorAnswer,
    door: {
      hosts: [...loopbackHosts, publicUrl.hostname],
      // Below a realm the endpoint decides (`passBrowserDoor`); nothing else is for browsers.
      allowsOrigin: ({ url }) => url.startsWith("/realms/"),
    },
  })
  // Which of two credentials counts must not depend on who reads them.
  app.addHook("onRequest", async ({ raw }) => {
    if ((raw.headersDistinct.authorization?.length ?? 0) > 1) throw new GatehouseError("request.ambiguous")
  })
  return app
}

function composeOidc(
  { publicUrl: configured, encryptionKey, logger }: IdentityEngineOptions,
  store: OidcDependencies["store"],
): { oidc: OidcDependencies; closeParts: () => Promise<void> } {
  const publicUrl = new URL(configured)
  // The provider reads the machine's clock, so nothing here may read another.
  const clock = systemClock
  const issuerOf = ({ realm }: Realm) => `${publicUrl.origin}/realms/${realm}`
  const derive = (purpose: string) =>
    Buffer.from(
      hkdfSync("sha256", revealSecret(encryptionKey), "", `gatehouse identity ${purpose} v1`, 32),
    ).toString("base64url")
  const keyrings = createKeyrings(store)
  const sessions = createUserSessions(store.expiring, clock)
  const backChannel = createBackChannel(logger)
  const origins = createRealmOrigins(store)
  const shared = { store, sessions, keyrings, issuerOf, clock, logger }
  const providers = createProviders({
    ...shared,
    cookieKeys: [derive("cookies")],
    renderError: renderErrorPage,
  })
  const oidc: OidcDependencies = {
    ...shared,
    providers,
    origins,
    publicUrl,
    accessTokens: createAccessTokenVerifier(shared),
    sessionEnder: createSessionEnder({ ...shared, backChannel }),
    formKey: derive("forms"),
  }
  const closeParts = async () => {
    providers.close()
    origins.close()
    keyrings.close()
    await backChannel.close()
  }
  return { oidc, closeParts }
}

async function checkHealth(database: Kysely<IdentityTables>): Promise<PartHealth> {
  try {
    await sql`select 1`.execute(database)
    return { status: "ok" }
  } catch {
    return { status: "failed", detail: "The identity database does not answer." }
  }
}
