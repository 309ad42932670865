import { createAuthorizationEngine } from "@gatehouse/engine-authorization"
import { Secret } from "@gatehouse/kernel"
import { createLogger } from "@gatehouse/telemetry"

/**
 * The embedded engine as a process of its own. Takes `BENCH_DATABASE_URL` and `BENCH_CREDENTIAL`, prints its address as one line of
 * JSON, and ends with SIGTERM.
 */
const { BENCH_DATABASE_URL = "", BENCH_CREDENTIAL = "" } = process.env
const engine = await createAuthorizationEngine({
  databaseUrl: new Secret(BENCH_DATABASE_URL),
  port: 0,
  presharedKey: new Secret(BENCH_CREDENTIAL),
  logger: createLogger({ name: "bench", level: "error" }),
})
process.once("SIGTERM", () => void engine.close().then(() => process.exit(0)))
process.stdout.write(`${JSON.stringify({ url: engine.url })}\n`)
