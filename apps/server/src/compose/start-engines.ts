import { createAuthorizationEngine } from "@gatehouse/engine-authorization"
import { createIdentityEngine } from "@gatehouse/engine-identity"
import { deriveLoginPassword, ensureServiceDatabase } from "@gatehouse/postgres"
import { identityClientId, type PlaneContext } from "./plane-context.ts"
import { remotePart } from "./remote-part.ts"
import type { RunningDatabase } from "./start-database.ts"

/** Starts the embedded engines, or stands for the servers that replace them. They need nothing of each other. */
export async function startEngines(
  context: PlaneContext,
  database: RunningDatabase | undefined,
): Promise<void> {
  await Promise.all([startIdentity(context, database), startAuthorization(context, database)])
}

async function startIdentity(context: PlaneContext, database: RunningDatabase | undefined): Promise<void> {
  const { config, parts, secrets, addresses, registry, logger } = context
  if (config.identityUrl !== undefined) {
    await registry.start("identity", async () => remotePart(addresses.identity, "/realms/master"))
  } else if (parts.has("identity") && database !== undefined) {
    await registry.start("identity", async () => {
      const { url } = await ensureServiceDatabase(database.adminUrl, {
        database: "gatehouse_identity",
        login: "gatehouse_identity",
        password: deriveLoginPassword(secrets.loginKeys.identity, "gatehouse_identity"),
      })
      return createIdentityEngine({
        databaseUrl: url,
        port: addresses.ports.identity,
        publicUrl: addresses.identity,
        bootstrap: { clientId: identityClientId, clientSecret: secrets.identityClientSecret },
        encryptionKey: secrets.identityEncryptionKey,
        logger: logger.child({ part: "identity" }),
      })
    })
  }
}

async function startAuthorization(
  context: PlaneContext,
  database: RunningDatabase | undefined,
): Promise<void> {
  const { config, parts, secrets, addresses, registry, logger } = context
  if (config.authorizationUrl !== undefined) {
    await registry.start("authorization", async () => remotePart(addresses.authorization, "/healthz"))
  } else if (parts.has("authorization") && database !== undefined) {
    await registry.start("authorization", async () => {
      const { url } = await ensureServiceDatabase(database.adminUrl, {
        database: "gatehouse_authorization",
        login: "gatehouse_authorization",
        password: deriveLoginPassword(secrets.loginKeys.authorization, "gatehouse_authorization"),
      })
      return createAuthorizationEngine({
        databaseUrl: url,
        port: addresses.ports.authorization,
        presharedKey: secrets.authorizationKey,
        logger: logger.child({ part: "authorization" }),
      })
    })
  }
}
