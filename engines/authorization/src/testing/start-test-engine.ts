import { randomBytes } from "node:crypto"
import { type RunningPart, revealSecret, Secret } from "@gatehouse/kernel"
import { createTestDatabase, type TestDatabase } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import { createAuthorizationEngine } from "../create-authorization-engine.ts"

/** An engine of a test file's own, on a real database of its own. */
export interface TestEngine {
  readonly part: RunningPart
  readonly url: string
  readonly credential: string
  readonly database: TestDatabase
  /** Another engine on the same database, as a second process would be. */
  another(): Promise<RunningPart>
  close(): Promise<void>
}

export async function startTestEngine(): Promise<TestEngine> {
  const database = await createTestDatabase()
  const presharedKey = new Secret(randomBytes(24).toString("base64url"))
  const start = () =>
    createAuthorizationEngine({
      databaseUrl: database.url,
      port: 0,
      presharedKey,
      logger: createLogger({ name: "test", level: "silent" }),
    })
  const part = await start()
  const others: RunningPart[] = []
  return {
    part,
    url: part.url,
    credential: revealSecret(presharedKey),
    database,
    another: async () => {
      const other = await start()
      others.push(other)
      return other
    },
    close: async () => {
      for (const running of [part, ...others]) await running.close()
      await database.drop()
    },
  }
}
