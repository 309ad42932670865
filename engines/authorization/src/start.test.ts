import { revealSecret } from "@gatehouse/kernel"
import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { contractModel } from "./contract/model.ts"
import { createWire, prepareStore, tuple, writeTuples } from "./contract/wire.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.close())

/** Keeps every tuple from being read, as a load of millions would for a while. */
async function holdTuples(): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: revealSecret(engine.database.url) })
  await holder.connect()
  await holder.query("begin")
  await holder.query("lock table openfga.tuple in access exclusive mode")
  return async () => {
    await holder.query("commit")
    await holder.end()
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  for (const started = Date.now(); !(await isSo()); ) {
    if (Date.now() - started > 30_000) throw new Error("still not so after 30 s")
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test("a start loads stores before anyone asks; until then questions are refused, and health says so", async () => {
  const before = createWire(engine)
  const store = await prepareStore(before, contractModel)
  await writeTuples(before, store, tuple("user:a", "owner", "document:1"))
  const release = await holdTuples()
  const started = await engine.another().catch(async (error) => {
    await release()
    throw error
  })
  const wire = createWire({ url: started.url, credential: engine.credential })
  const check = () => wire.post(store.path("check"), { tuple_key: tuple("user:a", "owner", "document:1") })
  const unavailable = { status: 503, body: { code: "unavailable" } }
  try {
    expect(await wire.get("/healthz")).toMatchObject(unavailable)
    expect(await started.health()).toMatchObject({ status: "degraded", detail: expect.stringContaining("1") })
    expect(await check()).toMatchObject(unavailable)
    const list = { type: "document", relation: "owner", user: "user:a" }
    expect(await wire.post(store.path("streamed-list-objects"), list)).toMatchObject({
      status: 503,
      body: { error: { code: 14 } },
    })
    // What needs no tuples is answered.
    expect((await wire.get(store.path(`authorization-models/${store.modelId}`))).status).toBe(200)
  } finally {
    await release()
  }
  await until(async () => (await started.health()).status === "ok")
  expect((await wire.get("/healthz")).body).toEqual({ status: "SERVING" })
  expect((await check()).body).toMatchObject({ allowed: true })
})

test("an engine that is stopped while it loads stops", async () => {
  const store = await prepareStore(createWire(engine), contractModel)
  await writeTuples(createWire(engine), store, tuple("user:a", "owner", "document:1"))
  const release = await holdTuples()
  const started = await engine.another()
  const stopping = started.close()
  await release()
  await stopping
})
