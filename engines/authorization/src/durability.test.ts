import { revealSecret, Secret } from "@gatehouse/kernel"
import { createTestDatabase } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { contractModel } from "./contract/model.ts"
import {
  createWire,
  type PreparedStore,
  prepareStore,
  tuple,
  type Wire,
  writeTuples,
} from "./contract/wire.ts"
import { createAuthorizationEngine } from "./create-authorization-engine.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"

let engine: TestEngine
let wire: Wire
beforeAll(async () => {
  engine = await startTestEngine()
  wire = createWire(engine)
})
afterAll(() => engine.close())

interface Changes {
  readonly changes: { tuple_key: { user: string }; operation: string }[]
  readonly continuation_token: string
}

const check = (over: Wire, store: PreparedStore, user: string, rest: object = {}) =>
  over.post(store.path("check"), { tuple_key: tuple(user, "owner", "document:1"), ...rest })

async function query(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: revealSecret(engine.database.url) })
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}

test("a restart keeps stores, models, tuples, the log and its tokens", async () => {
  await using database = await createTestDatabase()
  const presharedKey = new Secret("a key for this test")
  const logger = createLogger({ name: "test", level: "silent" })
  const start = async () => {
    const part = await createAuthorizationEngine({ databaseUrl: database.url, port: 0, presharedKey, logger })
    return { part, wire: createWire({ url: part.url, credential: revealSecret(presharedKey) }) }
  }
  const first = await start()
  const store = await prepareStore(first.wire, contractModel)
  await writeTuples(
    first.wire,
    store,
    tuple("user:1", "owner", "document:1"),
    tuple("user:2", "owner", "document:1"),
  )
  const log = (await first.wire.get(store.path("changes?page_size=1"))).body as Changes
  const page = (await first.wire.post(store.path("read"), { page_size: 1 })).body as {
    continuation_token: string
  }
  await first.part.close()

  const second = await start()
  try {
    expect((await check(second.wire, store, "user:2")).body).toMatchObject({ allowed: true })
    expect((await check(second.wire, store, "user:3")).body).toMatchObject({ allowed: false })
    const rest = await second.wire.get(store.path(`changes?continuation_token=${log.continuation_token}`))
    expect((rest.body as Changes).changes.map(({ tuple_key }) => tuple_key.user)).toEqual(["user:2"])
    const read = await second.wire.post(store.path("read"), { continuation_token: page.continuation_token })
    expect((read.body as { tuples: unknown[] }).tuples).toHaveLength(1)
    const model = await second.wire.get(store.path(`authorization-models/${store.modelId}`))
    expect(model.status).toBe(200)
  } finally {
    await second.part.close()
  }
})

test("positions are gapless and in commit order under concurrent writers of two processes", async () => {
  const store = await prepareStore(wire, contractModel)
  const other = createWire({ url: (await engine.another()).url, credential: engine.credential })
  const writers = Array.from({ length: 40 }, async (_, index) => {
    const over = index % 2 === 0 ? wire : other
    await writeTuples(
      over,
      store,
      tuple(`user:${index}`, "owner", "document:1"),
      tuple(`user:${index}`, "blocked", "document:1"),
    )
    if (index % 4 === 0) {
      await over.post(store.path("write"), {
        deletes: { tuple_keys: [tuple(`user:${index}`, "owner", "document:1")] },
      })
    }
  })
  await Promise.all(writers)
  const rows = await query(
    `select openfga.position(place) as position, operation, relation, "user", c.changed_microseconds
      from openfga.change_log c join openfga.store s on c.place >> 40 = s.number where s.id = $1 order by place`,
    [store.store],
  )
  expect(rows.map(({ position }) => Number(position))).toEqual(rows.map((_, index) => index + 1))
  expect(rows).toHaveLength(90)
  const times = rows.map(({ changed_microseconds }) => Number(changed_microseconds))
  expect(times).toEqual([...times].sort((a, b) => a - b))
  // The changes of one transaction lie together.
  const writes = rows.filter(({ operation }) => operation === "write")
  expect(writes).toHaveLength(80)
  const places = new Map(writes.map((row) => [`${row.user} ${row.relation}`, Number(row.position)]))
  for (const { user, relation, position } of writes)
    if (relation === "blocked") expect(places.get(`${user} owner`)).toBe(Number(position) - 1)
})

test("a follower of the log's tokens misses nothing while others write", async () => {
  const store = await prepareStore(wire, contractModel)
  const state = new Map<string, boolean>()
  let token = ""
  const follow = async () => {
    const query = token === "" ? "" : `&continuation_token=${encodeURIComponent(token)}`
    const body = (await wire.get(store.path(`changes?page_size=7${query}`))).body as Changes
    for (const { tuple_key, operation } of body.changes)
      state.set(tuple_key.user, operation === "TUPLE_OPERATION_WRITE")
    token = body.continuation_token
    return body.changes.length
  }
  let writing = true
  const writers = Promise.all(
    Array.from({ length: 4 }, async (_, writer) => {
      for (let index = 0; index < 15; index++) {
        const key = tuple(`user:${writer}-${index}`, "owner", "document:1")
        await writeTuples(wire, store, key)
        if (index % 2 === 0) await wire.post(store.path("write"), { deletes: { tuple_keys: [key] } })
      }
    }),
  ).finally(() => {
    writing = false
  })
  while (writing) await follow()
  await writers
  while ((await follow()) > 0);
  for (let writer = 0; writer < 4; writer++)
    for (let index = 0; index < 15; index++)
      expect(state.get(`user:${writer}-${index}`)).toBe(index % 2 !== 0)
})

test("what one process has acknowledged, another knows: at once with higher consistency, within a second without", async () => {
  const store = await prepareStore(wire, contractModel)
  const other = createWire({ url: (await engine.another()).url, credential: engine.credential })
  const current = { consistency: "HIGHER_CONSISTENCY" }
  for (let round = 0; round < 10; round++) {
    const user = `user:round${round}`
    const key = tuple(user, "owner", "document:1")
    await writeTuples(wire, store, key)
    expect((await check(wire, store, user)).body).toMatchObject({ allowed: true })
    expect((await check(other, store, user, current)).body).toMatchObject({ allowed: true })
    await wire.post(store.path("write"), { deletes: { tuple_keys: [key] } })
    expect((await check(wire, store, user)).body).toMatchObject({ allowed: false })
    expect((await check(other, store, user, current)).body).toMatchObject({ allowed: false })
  }
  await writeTuples(wire, store, tuple("user:later", "owner", "document:1"))
  const started = Date.now()
  for (;;) {
    const askedAfter = Date.now() - started
    const { allowed } = (await check(other, store, "user:later")).body as { allowed: boolean }
    if (allowed) break
    // What was asked within the second may be answered after it.
    expect(askedAfter).toBeLessThanOrEqual(1_000)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
})

test("another process learns of commits by notice alone, also after its listening connection was cut", async () => {
  const stopped = { monotonicMilliseconds: () => 1_000, nowMilliseconds: () => 1_700_000_000_000 }
  const other = createWire({ url: (await engine.another(stopped)).url, credential: engine.credential })
  const store = await prepareStore(wire, contractModel)
  const isSeen = async (user: string) => {
    for (const started = Date.now(); Date.now() - started < 30_000; ) {
      if (((await check(other, store, user)).body as { allowed: boolean }).allowed) return true
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return false
  }
  expect((await check(other, store, "user:a")).body).toMatchObject({ allowed: false })
  await writeTuples(wire, store, tuple("user:a", "owner", "document:1"))
  expect(await isSeen("user:a")).toBe(true)
  const cut = await query(
    "select pg_terminate_backend(pid) from pg_stat_activity where datname = $1 and query like 'listen%'",
    [engine.database.name],
  )
  expect(cut.length).toBeGreaterThan(0)
  await writeTuples(wire, store, tuple("user:b", "owner", "document:1"))
  expect(await isSeen("user:b")).toBe(true)
  await writeTuples(wire, store, tuple("user:c", "owner", "document:1"))
  expect(await isSeen("user:c")).toBe(true)
})

test("a model written by another process is the newest there too", async () => {
  const store = await prepareStore(wire, contractModel)
  const other = createWire({ url: (await engine.another()).url, credential: engine.credential })
  const current = { consistency: "HIGHER_CONSISTENCY" }
  expect((await check(other, store, "user:a", current)).status).toBe(200)
  await wire.post(store.path("authorization-models"), {
    schema_version: "1.1",
    type_definitions: [{ type: "user" }],
  })
  expect((await check(wire, store, "user:a")).status).toBe(400)
  expect((await check(other, store, "user:a", current)).status).toBe(400)
  expect((await check(other, store, "user:a", { authorization_model_id: store.modelId })).status).toBe(200)
})

test("a write that names no model is judged by the latest one, whichever process wrote that", async () => {
  const store = await prepareStore(wire, contractModel)
  const other = createWire({ url: (await engine.another()).url, credential: engine.credential })
  const write = (over: Wire, user: string) =>
    over.post(store.path("write"), { writes: { tuple_keys: [tuple(user, "owner", "document:1")] } })
  expect((await write(wire, "user:a")).status).toBe(200)
  for (const [by, over] of [
    [other, wire],
    [wire, other],
  ] as const) {
    await by.post(store.path("authorization-models"), {
      schema_version: "1.1",
      type_definitions: [{ type: "user" }],
    })
    expect(await write(over, "user:b")).toMatchObject({ status: 400, body: { code: "validation_error" } })
    const again = await by.post(store.path("authorization-models"), contractModel)
    const answer = await write(over, `user:${again.headers.get("x-request-id")}`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get("openfga-authorization-model-id")).toBe(
      (again.body as { authorization_model_id: string }).authorization_model_id,
    )
  }
})

test("readers are answered while many writers of one store wait for a lock", async () => {
  const store = await prepareStore(wire, contractModel)
  const holder = new pg.Client({ connectionString: revealSecret(engine.database.url) })
  await holder.connect()
  await holder.query("begin")
  await holder.query("select from openfga.store where id = $1 for update", [store.store])
  const writers = Array.from({ length: 40 }, (_, index) =>
    writeTuples(wire, store, tuple(`user:${index}`, "owner", "document:1")),
  )
  await new Promise((resolve) => setTimeout(resolve, 100))
  expect((await wire.post(store.path("read"), {})).body).toMatchObject({ tuples: [] })
  expect((await check(wire, store, "user:1", { consistency: "HIGHER_CONSISTENCY" })).status).toBe(200)
  await holder.query("commit")
  await holder.end()
  await Promise.all(writers)
})

/** Removes a tuple as a process would whose notice is lost. */
async function removeSilently(store: PreparedStore, user: string, position: number): Promise<void> {
  await query(
    `with s as (
      update openfga.store set head = $3::bigint where id = $1 returning number
    ), gone as (
      delete from openfga.tuple using s where store = s.number and "user" = $2
      returning place, written_microseconds, object, relation, "user"
    ) insert into openfga.past_change (place, operation, object, relation, "user", changed_microseconds)
      select place, 'write', object, relation, "user", written_microseconds from gone
      union all
      select openfga.place(number, $3::bigint), 'delete', object, relation, "user", extract(epoch from now()) * 1000000
      from gone cross join s`,
    [store.store, user, position],
  )
}

test.each(["monotonicMilliseconds", "nowMilliseconds"] as const)(
  "with a lost notice, an answer is at most a second old by %s: a suspended machine stops only one of them",
  async (moving) => {
    const times = { monotonicMilliseconds: 1_000, nowMilliseconds: 1_700_000_000_000 }
    const clock = {
      monotonicMilliseconds: () => times.monotonicMilliseconds,
      nowMilliseconds: () => times.nowMilliseconds,
    }
    const store = await prepareStore(wire, contractModel)
    const frozen = createWire({ url: (await engine.another(clock)).url, credential: engine.credential })
    await writeTuples(wire, store, tuple("user:a", "owner", "document:1"))
    const current = { consistency: "HIGHER_CONSISTENCY" }
    expect((await check(frozen, store, "user:a", current)).body).toMatchObject({ allowed: true })
    // Known by its notice: none of an earlier commit is under way any more, and listening has begun.
    await writeTuples(wire, store, tuple("user:b", "owner", "document:1"))
    const known = async () => (await check(frozen, store, "user:b")).body as { allowed: boolean }
    for (const started = Date.now(); !(await known()).allowed; )
      expect(Date.now() - started).toBeLessThan(30_000)
    await removeSilently(store, "user:a", 3)
    expect((await check(frozen, store, "user:a")).body).toMatchObject({ allowed: true })
    times[moving] += 1_001
    expect((await check(frozen, store, "user:a")).body).toMatchObject({ allowed: false })
  },
)

test("changes that were committed by hand, behind the engine's back, are followed from the log", async () => {
  const store = await prepareStore(wire, contractModel)
  await writeTuples(wire, store, tuple("user:a", "owner", "document:1"))
  await removeSilently(store, "user:a", 2)
  const answer = await check(wire, store, "user:a", { consistency: "HIGHER_CONSISTENCY" })
  expect(answer.body).toMatchObject({ allowed: false })
})

/** Puts the database back to before the change at this position, as from a copy. */
async function putBack(store: PreparedStore, position: number): Promise<void> {
  const lost = `place between openfga.place($1, $2) and openfga.place($1 + 1, 0)`
  const [{ number } = {}] = await query("select number from openfga.store where id = $1", [store.store])
  await query(`delete from openfga.tuple where ${lost}`, [number, position])
  await query(`delete from openfga.past_change where ${lost}`, [number, position])
  await query(
    `update openfga.store set head = $2::bigint - 1, changed_microseconds = coalesce(
      (select changed_microseconds from openfga.change_log where place = openfga.place($1, $2::bigint - 1)), 0)
    where number = $1`,
    [number, position],
  )
}

describe("what a database put back to an older state has lost no longer counts", () => {
  const current = { consistency: "HIGHER_CONSISTENCY" }
  const owner = (name: string) => tuple(`user:${name}`, "owner", "document:1")
  const isOwner = async (store: PreparedStore, name: string) =>
    (await check(wire, store, `user:${name}`, current)).body

  /** A store that this process knows with the owners a and b, and the database with a alone; and another process that knows neither. */
  async function prepareLoss() {
    const store = await prepareStore(wire, contractModel)
    const other = createWire({ url: (await engine.another()).url, credential: engine.credential })
    await writeTuples(wire, store, owner("a"))
    await writeTuples(wire, store, owner("b"))
    expect(await isOwner(store, "b")).toMatchObject({ allowed: true })
    await putBack(store, 2)
    return { store, other }
  }

  test.each([
    ["at once", []],
    ["when another process has written as much since", ["x"]],
    ["when another process has written more since", ["x", "y", "z"]],
  ])("%s", async (_when, written) => {
    const { store, other } = await prepareLoss()
    for (const name of written) await writeTuples(other, store, owner(name))
    expect(await isOwner(store, "b")).toMatchObject({ allowed: false })
    await writeTuples(wire, store, owner("c"))
    for (const name of ["a", "c", ...written])
      expect(await isOwner(store, name)).toMatchObject({ allowed: true })
  })

  test("when this process writes the next change, before it looks", async () => {
    const { store, other } = await prepareLoss()
    await writeTuples(other, store, owner("c"))
    await writeTuples(wire, store, owner("d"))
    for (const [name, allowed] of [
      ["b", false],
      ["c", true],
      ["d", true],
    ] as const)
      expect([name, await isOwner(store, name)]).toMatchObject([name, { allowed }])
  })
})

test("while the database is gone every question is refused within the lag bound, and answered again after it", async () => {
  await using database = await createTestDatabase()
  const presharedKey = new Secret("a key for this test")
  const part = await createAuthorizationEngine({
    databaseUrl: database.url,
    port: 0,
    presharedKey,
    logger: createLogger({ name: "test", level: "silent" }),
  })
  const over = createWire({ url: part.url, credential: revealSecret(presharedKey) })
  try {
    const store = await prepareStore(over, contractModel)
    await writeTuples(over, store, tuple("user:a", "owner", "document:1"))
    expect((await check(over, store, "user:a")).body).toMatchObject({ allowed: true })
    const admin = new pg.Client({ connectionString: revealSecret(engine.database.url) })
    await admin.connect()
    try {
      await admin.query(`alter database "${database.name}" allow_connections false`)
      await admin.query("select pg_terminate_backend(pid) from pg_stat_activity where datname = $1", [
        database.name,
      ])
      await new Promise((resolve) => setTimeout(resolve, 1_100))
      expect(await check(over, store, "user:a")).toMatchObject({
        status: 500,
        body: { code: "internal_error" },
      })
      expect((await part.health()).status).toBe("failed")
      expect((await fetch(`${part.url}/healthz`)).status).toBe(503)
      await admin.query(`alter database "${database.name}" allow_connections true`)
    } finally {
      await admin.end()
    }
    expect((await check(over, store, "user:a")).body).toMatchObject({ allowed: true })
    expect((await part.health()).status).toBe("ok")
  } finally {
    await part.close()
  }
})
