import { randomBytes } from "node:crypto"
import { createAuthorizationEngine } from "@gatehouse/engine-authorization"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { createTestDatabase } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import type { ReplicaTarget } from "./replica-target.ts"

/** An embedded engine on a database of its own. What is killed is closed: its state is in PostgreSQL alone. */
export async function startEmbedded(): Promise<ReplicaTarget> {
  const database = await createTestDatabase()
  const presharedKey = new Secret(randomBytes(24).toString("base64url"))
  const logger = createLogger({ name: "test", level: "silent" })
  const start = (port: number) =>
    createAuthorizationEngine({ databaseUrl: database.url, port, presharedKey, logger })
  let engine = await start(0)
  let running = true
  const kill = async () => {
    if (running) await engine.close()
    running = false
  }
  return {
    url: engine.url,
    credential: revealSecret(presharedKey),
    databaseUrl: revealSecret(database.url),
    lockRow: `select 1 from openfga.tuple t join openfga.store s on s.number = t.store
      where s.id = $1 and t.object = $2 and t.relation = $3 and t."user" = $4 for update of t`,
    kill,
    restart: async () => {
      await kill()
      engine = await start(Number(new URL(engine.url).port))
      running = true
    },
    [Symbol.asyncDispose]: async () => {
      await kill()
      await database.drop()
    },
  }
}
