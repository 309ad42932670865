import { revealSecret } from "@gatehouse/kernel"
import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { contractModel } from "./contract/model.ts"
import {
  createWire,
  type PreparedStore,
  prepareStore,
  tuple,
  type Wire,
  writeTuples,
} from "./contract/wire.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"

/** More than the evaluator finds in one part. */
const many = 40_000

let engine: TestEngine
let wire: Wire
let store: PreparedStore
beforeAll(async () => {
  engine = await startTestEngine()
  wire = createWire(engine)
  store = await prepareStore(wire, contractModel)
  const client = new pg.Client({ connectionString: revealSecret(engine.database.url) })
  await client.connect()
  try {
    const objects = Array.from({ length: many }, (_, index) => `document:${index}`)
    const { rows } = await client.query(
      `select outcome, head from openfga.write_tuples($1, null, false, false, '{}', '{}', '{}', $2,
        array_fill('owner'::text, array[$3::int]), array_fill('user:eve'::text, array[$3::int]),
        array_fill(null::text, array[$3::int]), array_fill(null::text, array[$3::int]))`,
      [store.store, objects, many],
    )
    expect(rows).toEqual([{ outcome: "written", head: String(many) }])
  } finally {
    await client.end()
  }
  // The engine loads anew what was written in so large a step.
  const asked = { ...tuple("user:eve", "owner", "document:1") }
  while (
    (await wire.post(store.path("check"), { tuple_key: asked, consistency: "HIGHER_CONSISTENCY" })).status !==
    200
  );
})
afterAll(() => engine.close())

const question = { type: "document", relation: "owner", user: "user:eve", consistency: "HIGHER_CONSISTENCY" }
const stream = async (body: object) => {
  const answer = await wire.post(store.path("streamed-list-objects"), body)
  const lines = String(answer.body).trim().split("\n")
  return lines.map((line) => JSON.parse(line) as { result?: { object: string }; error?: object })
}

test("a stream is whole however long it is, while others are answered", async () => {
  const streams = [stream(question), stream(question)]
  for (let round = 0; round < 20; round++) {
    const asked = { tuple_key: tuple("user:eve", "owner", `document:${round}`) }
    expect((await wire.post(store.path("check"), asked)).body).toMatchObject({ allowed: true })
  }
  for (const lines of await Promise.all(streams)) {
    const objects = new Set(lines.map(({ result }) => result?.object))
    expect(lines).toHaveLength(many)
    expect(objects.size).toBe(many)
  }
})

test("a list is filled up to the wire's limit, and says that there is more", async () => {
  const answer = await wire.post(store.path("list-objects"), question)
  expect((answer.body as { objects: string[] }).objects).toHaveLength(1_000)
  expect(answer.headers.get("gatehouse-incomplete")).toBe("true")
})

test("a stream that fails after its first lines ends with the line of its error", async () => {
  const conditional = {
    ...tuple("user:eve", "editor", "document:unknown"),
    condition: { name: "from_office", context: {} },
  }
  await writeTuples(wire, store, conditional)
  const lines = await stream({ ...question, relation: "viewer" })
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.at(-1)).toEqual({ error: { code: 3, message: expect.any(String), details: [] } })
  expect(lines.slice(0, -1).every(({ result }) => result !== undefined)).toBe(true)
})

test("a reader that leaves in the middle of a stream ends it", async () => {
  for (let round = 0; round < 5; round++) {
    const answer = await fetch(`${engine.url}${store.path("streamed-list-objects")}`, {
      method: "POST",
      headers: { authorization: `Bearer ${engine.credential}` },
      body: JSON.stringify(question),
    })
    await answer.body?.cancel()
  }
  expect((await wire.get("/healthz")).status).toBe(200)
})
