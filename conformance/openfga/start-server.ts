import { randomBytes } from "node:crypto"
import { chmod, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createAuthorizationEngine } from "@gatehouse/engine-authorization"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { ensureServiceDatabase, removeEmbeddedCluster, startEmbeddedCluster } from "@gatehouse/postgres"
import { findFreePort } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import type { ServerUnderTest } from "./subject.ts"

/** The embedded engine on an embedded PostgreSQL, both of this run alone. */
export interface StartedServer extends ServerUnderTest {
  close(): Promise<void>
}

const newPassword = () => new Secret(randomBytes(18).toString("base64url"))

/** Starts the embedded engine at a free port, on a new database in a temporary folder that `close` removes. */
export async function startServer(): Promise<StartedServer> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-conformance-"))
  await chmod(directory, 0o755)
  const logger = createLogger({ name: "conformance", level: "silent" })
  const closing = [
    async () => {
      await removeEmbeddedCluster(directory)
      await rm(directory, { recursive: true, force: true })
    },
  ]
  const close = async () => {
    for (const step of closing.splice(0).reverse()) await step()
  }
  try {
    const port = await findFreePort()
    const cluster = await startEmbeddedCluster({ directory, port, password: newPassword(), logger })
    closing.push(() => cluster.stop())
    const name = "authorization"
    const database = { database: name, login: name, password: newPassword() }
    const { url: databaseUrl } = await ensureServiceDatabase(cluster.adminUrl, database)
    const presharedKey = newPassword()
    const engine = await createAuthorizationEngine({ databaseUrl, port: 0, presharedKey, logger })
    closing.push(() => engine.close())
    return { url: engine.url, credential: revealSecret(presharedKey), close }
  } catch (error) {
    await close()
    throw error
  }
}
