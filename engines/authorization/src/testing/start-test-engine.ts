import { randomBytes } from "node:crypto"
import { type Clock, type RunningPart, revealSecret, Secret, systemClock } from "@gatehouse/kernel"
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
  another(clock?: Clock): Promise<RunningPart>
  close(): Promise<void>
}

export async function startTestEngine(): Promise<TestEngine> {
  const database = await createTestDatabase()
  const presharedKey = new Secret(randomBytes(24).toString("base64url"))
  const start = (clock: Clock = systemClock) =>
    createAuthorizationEngine({
      databaseUrl: database.url,
      port: 0,
      presharedKey,
      logger: createLogger({ name: "test", level: "silent" }),
      clock,
    })
  const part = await start()
  const others: RunningPart[] = []
  return {
    part,
    url: part.url,
    credential: revealSecret(presharedKey),
    database,
    another: async (clock) => {
      const other = await start(clock)
      others.push(other)
      return other
    },
    close: async () => {
      for (const running of [part, ...others]) await running.close()
      await database.drop()
    },
  }
}
