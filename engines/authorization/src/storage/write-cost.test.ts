import { revealSecret } from "@gatehouse/kernel"
import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { contractModel } from "../contract/model.ts"
import { createWire, prepareStore, tuple, writeTuples } from "../contract/wire.ts"
import { startTestEngine, type TestEngine } from "../testing/start-test-engine.ts"

let engine: TestEngine
let client: pg.Client
beforeAll(async () => {
  engine = await startTestEngine()
  client = new pg.Client({ connectionString: revealSecret(engine.database.url) })
  await client.connect()
})
afterAll(async () => {
  await client.end()
  await engine.close()
})

/** What PostgreSQL says was read and written of the tuples; it counts with some delay. */
async function readCounts(inserted: number): Promise<{ read: number; inserted: number }> {
  for (const started = Date.now(); ; ) {
    const { rows } = await client.query(
      `select seq_tup_read + coalesce(idx_tup_fetch, 0) as read, n_tup_ins as inserted
      from pg_stat_user_tables where schemaname = 'openfga' and relname = 'tuple'`,
    )
    const counts = { read: Number(rows[0].read), inserted: Number(rows[0].inserted) }
    if (counts.inserted >= inserted) return counts
    if (Date.now() - started > 15_000) throw new Error(`only ${counts.inserted} counted`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test("a write looks at its own tuples, not at the store's, though the planner knows nothing of the table yet", async () => {
  const wire = createWire(engine)
  const store = await prepareStore(wire, contractModel)
  const writes = 30
  for (let write = 0; write < writes; write++) {
    const keys = Array.from({ length: 80 }, (_, index) =>
      tuple(`user:${index}`, "owner", `document:${write}-${index}`),
    )
    await writeTuples(wire, store, ...keys)
    const first = keys.slice(0, 20)
    await wire.post(store.path("write"), { deletes: { tuple_keys: first } })
  }
  const { read } = await readCounts(writes * 80)
  // Loaded once into memory while small; each delete finds its tuple twice. A scan for each write would read 50 times as much.
  expect(read).toBeLessThan(writes * 80 * 2)
})
