import { setTimeout as sleep } from "node:timers/promises"
import type { Population } from "../authorization/population.ts"
import { type EngineProcess, startEngine } from "../authorization/start-engine.ts"
import { type BenchStore, checkBody, post } from "../authorization/wire.ts"

/** Seconds from the engine's start until it answers a question about a store. While it loads it refuses. The caller stops it. */
export async function measureEngineStart(
  databaseUrl: string,
  store: BenchStore,
  { checks, evaluator }: Population,
): Promise<{ readonly engine: EngineProcess; readonly seconds: number }> {
  const query = checks.find((one) => evaluator.check(one).allowed)
  if (query === undefined) throw new Error("no check of the population is allowed")
  const start = performance.now()
  const engine = await startEngine(databaseUrl)
  const path = `/stores/${store.storeId}/check`
  for (;;) {
    const answer = await post<{ allowed?: boolean }>(engine.server, path, checkBody(query, store)).catch(
      () => undefined,
    )
    if (answer?.allowed === true) return { engine, seconds: (performance.now() - start) / 1_000 }
    await sleep(20)
  }
}
