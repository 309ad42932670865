import { setTimeout as wait } from "node:timers/promises"
import { createReplicaAuthorizer, type ReplicaAuthorizer } from "@gatehouse/openfga"
import { expect, test } from "vitest"
import { modelOf, tuple } from "../support/authorization/decider.ts"
import {
  type CallKind,
  type Corruption,
  type HostileServer,
  startHostileServer,
} from "../support/authorization/hostile-server.ts"

/** ASVS 8.3.2, 16.5.3: a replica whose feed cannot be understood asks the server, or refuses, and never guesses. */

const model = modelOf(`
type user
type document
  relations
    define viewer: [user]
`)
const ada = tuple("user:ada viewer document:1")
const eve = tuple("user:eve viewer document:1")

/** The bound on a wrong yes, and what a busy machine adds to it. In milliseconds. */
const boundMilliseconds = 1_000 + 250

function replicaOf({ url, storeId, modelId }: HostileServer, timings = {}): ReplicaAuthorizer {
  return createReplicaAuthorizer({ url, storeId, modelId, timings: { pollMilliseconds: 50, ...timings } })
}

const body =
  (value: unknown): Corruption =>
  () => ({ body: value })
/** One page, and then the feed's end: what is wrong is in it alone. */
const page =
  (changes: unknown, continuation_token: unknown = "1"): Corruption =>
  (_good, { query }) =>
    query.has("continuation_token")
      ? { body: { changes: [], continuation_token: "1" } }
      : { body: { changes, continuation_token } }
const change = (tuple_key: unknown, operation: unknown = "TUPLE_OPERATION_WRITE") => ({
  tuple_key,
  operation,
  timestamp: new Date().toISOString(),
})
const dated =
  (date: string | null): Corruption =>
  (good) => ({ ...good, date })
let pages = 0

/** Answers of a broken or hostile server that no replica may follow. Where they hold a tuple, it is one that is not stored. */
const nonsense: readonly [string, CallKind, Corruption][] = [
  ["a feed that is no JSON", "changes", body("<html>")],
  ["a feed that is a list", "changes", body([change(eve)])],
  ["a feed without changes", "changes", body({ continuation_token: "" })],
  ["changes that are none", "changes", page({ 0: change(eve) })],
  ["a change without a tuple", "changes", page([change(undefined)])],
  ["a change whose tuple lacks a part", "changes", page([change({ user: "user:eve", relation: "viewer" })])],
  ["a change whose tuple is of numbers", "changes", page([change({ user: 1, relation: 2, object: 3 })])],
  ["an unknown operation", "changes", page([change(eve, "TUPLE_OPERATION_MAYBE")])],
  ["no operation", "changes", page([change(eve, null)])],
  ["no token", "changes", page([change(eve)], "")],
  ["a token that is no text", "changes", page([change(eve)], 7)],
  [
    "the same token again and again",
    "changes",
    body({ changes: [change(eve)], continuation_token: "again" }),
  ],
  [
    "pages without end",
    "changes",
    () => ({ body: { changes: [change(eve)], continuation_token: String(pages++ % 2) } }),
  ],
  ["an error of its own", "changes", () => ({ status: 500, body: { code: "internal_error", message: "" } })],
  ["a proxy's page under 200", "changes", body('"ok"')],
  ["nothing at all", "changes", () => new Promise(() => undefined)],
  ["a page of 20 MB", "changes", page([change({ ...eve, user: `user:${"x".repeat(20_000_000)}` })])],
  [
    "another store",
    "store",
    (good) => ({ body: { ...(good.body as object), id: "01ARZ3NDEKTSV4RRFFQ69G5FAX" } }),
  ],
  ["a store without an id", "store", body({ name: "store" })],
  ["no date", "changes", dated(null)],
  ["a date that is none", "changes", dated("yesterday")],
]

/** The same for a replica that loads. */
const nonsenseAtLoad: readonly [string, CallKind, Corruption][] = [
  ...nonsense,
  ["tuples that are none", "read", body({ tuples: { 0: { key: eve } }, continuation_token: "" })],
  ["a tuple without a key", "read", body({ tuples: [eve], continuation_token: "" })],
  [
    "a tuple under a condition without a name",
    "read",
    body({ tuples: [{ key: { ...eve, condition: {} } }], continuation_token: "" }),
  ],
  ["tuples without a token", "read", body({ tuples: [{ key: eve }] })],
  [
    "the same page of tuples again and again",
    "read",
    body({ tuples: [{ key: eve }], continuation_token: "again" }),
  ],
  ["a model of nothing", "model", body({ authorization_model: {} })],
  [
    "a model that is not valid",
    "model",
    body({ authorization_model: { schema_version: "1.1", type_definitions: [{ type: "this" }] } }),
  ],
  [
    "a model whose rules go round",
    "model",
    body({
      authorization_model: {
        schema_version: "1.1",
        type_definitions: [
          { type: "document", relations: { viewer: { computedUserset: { relation: "viewer" } } } },
        ],
      },
    }),
  ],
]

/** A server that does not say that the store is there is not asked about it. */
async function expectRefused(replica: ReplicaAuthorizer, server: HostileServer): Promise<void> {
  for (const question of [ada, eve])
    await expect(replica.check(question)).rejects.toMatchObject({ code: "authz.unavailable" })
  expect(server.calls("check")).toBe(0)
}

test("a replica that loads follows nothing that it cannot understand, and the server answers in its place", async () => {
  await Promise.all(
    nonsenseAtLoad.map(async ([name, kind, corruption]) => {
      await using server = await startHostileServer(model)
      server.write(ada)
      server.corrupt(kind, corruption)
      const replica = replicaOf(server)
      try {
        await wait(400)
        expect([name, replica.status().state]).toEqual([name, "loading"])
        if (kind === "store") return await expectRefused(replica, server)
        expect([name, await replica.check(eve)]).toEqual([name, { allowed: false }])
        expect([name, await replica.check(ada)]).toEqual([name, { allowed: true }])
        expect(server.calls("check")).toBe(2)
      } finally {
        await replica.close()
      }
    }),
  )
})

test("a replica whose feed turns to nonsense stops saying yes within its bound, and follows again when it is mended", async () => {
  await Promise.all(
    nonsense.map(async ([name, kind, corruption]) => {
      await using server = await startHostileServer(model)
      server.write(ada)
      const replica = replicaOf(server)
      try {
        await replica.ready()
        expect([name, await replica.check(ada), server.calls("check")]).toEqual([name, { allowed: true }, 0])
        server.corrupt(kind, corruption)
        server.delete(ada)
        await wait(boundMilliseconds)
        if (kind === "store") await expectRefused(replica, server)
        else {
          expect([name, await replica.check(ada)]).toEqual([name, { allowed: false }])
          expect([name, await replica.check(eve)]).toEqual([name, { allowed: false }])
          server.corrupt("check", () => ({ status: 503, body: "down" }))
          await expect(replica.check(ada)).rejects.toMatchObject({ code: "authz.unavailable" })
        }
        server.corrupt(kind, undefined)
        await expect.poll(() => replica.status().state).toBe("following")
        // A poll that began before the feed was mended may have been told well-formed lies; the next one is not.
        await expect.poll(() => replica.check(ada).catch(() => name)).toEqual({ allowed: false })
      } finally {
        await replica.close()
      }
    }),
  )
})

test("a store that is said to be deleted is refused, even where the server goes on answering for it", async () => {
  await using server = await startHostileServer(model)
  server.write(ada)
  const replica = replicaOf(server)
  try {
    await replica.ready()
    server.corrupt("store", () => ({ status: 404, body: { code: "store_id_not_found", message: "" } }))
    await expect.poll(() => replica.status().state).toBe("gone")
    await expect(replica.check(ada)).rejects.toMatchObject({ code: "authz.unavailable" })
    expect(server.calls("check")).toBe(0)
    server.corrupt("store", undefined)
    await expect.poll(() => replica.status().state).toBe("following")
    expect(await replica.check(ada)).toEqual({ allowed: true })
  } finally {
    await replica.close()
  }
})

test("a server whose clock is far off, or jumps, takes nothing from the bound", async () => {
  const offsets = [-10 * 365 * 86_400_000, -3_600_000, 3_600_000, 10 * 365 * 86_400_000]
  await Promise.all(
    offsets.map(async (offset) => {
      await using server = await startHostileServer(model)
      server.write(ada)
      const replica = replicaOf(server)
      try {
        await replica.ready()
        for (const kind of ["changes", "store"] as const)
          server.corrupt(kind, dated(new Date(Date.now() + offset).toUTCString()))
        await wait(300)
        server.delete(ada)
        await wait(boundMilliseconds)
        expect([offset, await replica.check(ada)]).toEqual([offset, { allowed: false }])
        server.write(ada)
        await wait(boundMilliseconds)
        expect([offset, await replica.check(ada)]).toEqual([offset, { allowed: true }])
      } finally {
        await replica.close()
      }
    }),
  )
})

test("tuples that the model does not allow, or that are no tuples, count for nothing in memory", async () => {
  await using server = await startHostileServer(model)
  const strange = [
    tuple("user:* viewer document:1"),
    tuple("document:1#viewer viewer document:1"),
    tuple("user:eve owner document:1"),
    tuple("user:eve viewer document:*"),
    tuple("user:eve viewer folder:1"),
    tuple("user:eve viewer document:1", "unknown"),
    { user: "", relation: "", object: "" },
    { user: "*", relation: "viewer", object: "*" },
    { user: "user:eve\nviewer", relation: "viewer", object: "document:1\nviewer" },
    { user: "__proto__", relation: "__proto__", object: "__proto__" },
    { user: "user:eve", relation: "viewer", object: "document:1#viewer" },
    { user: `user:${"e".repeat(100_000)}`, relation: "viewer", object: "document:1" },
  ]
  for (const one of [...strange.slice(0, 6), ada]) server.write(one)
  // What memory says is what counts here, also where the machine stands still for longer than it may be old.
  const replica = replicaOf(server, { maximumLagMilliseconds: 60_000 })
  try {
    await replica.ready()
    for (const one of strange.slice(6)) server.write(one)
    await replica.check({ ...ada, consistency: "after_call" })
    expect(replica.status().state).toBe("following")
    for (const user of ["user:eve", "user:bob", "user:e"])
      expect(await replica.check({ user, relation: "viewer", object: "document:1" })).toEqual({
        allowed: false,
      })
    const list = { user: "user:eve", relation: "viewer", type: "document" }
    expect(await replica.listObjects(list)).toEqual({ objects: [], complete: true })
    expect(await replica.check(ada)).toEqual({ allowed: true })
    expect(server.calls("check")).toBe(0)
  } finally {
    await replica.close()
  }
})

test("a state that has gone back unseen by the feed is found by the comparison, with an alarm", async () => {
  await using server = await startHostileServer(model)
  const alarms: object[] = []
  server.write(ada)
  server.write(eve)
  const { url, storeId, modelId } = server
  const replica = createReplicaAuthorizer({
    url,
    storeId,
    modelId,
    onAlarm: (alarm) => alarms.push(alarm),
    timings: { pollMilliseconds: 50, comparisonMilliseconds: 300, maximumLagMilliseconds: 60_000 },
  })
  try {
    await replica.ready()
    // The backup that was restored knows neither of her tuple nor of its removal.
    server.corrupt("changes", (good) => ({ ...good, body: { changes: [], continuation_token: "0" } }))
    server.delete(eve)
    await expect.poll(() => replica.check(eve)).toEqual({ allowed: false })
    expect(alarms).toEqual([{ missing: 0, extra: 1, objectTypes: ["document"] }])
    expect([await replica.check(ada), server.calls("check")]).toEqual([{ allowed: true }, 0])
  } finally {
    await replica.close()
  }
})
