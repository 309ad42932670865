import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { contractModel } from "./contract/model.ts"
import {
  createWire,
  type PreparedStore,
  prepareStore,
  tuple,
  unknownId,
  type Wire,
  writeTuples,
} from "./contract/wire.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"

let engine: TestEngine
let wire: Wire
beforeAll(async () => {
  engine = await startTestEngine()
  wire = createWire(engine)
})
afterAll(() => engine.close())

describe("a deleted or unknown store is refused everywhere", () => {
  const refusals = (store: Pick<PreparedStore, "store" | "modelId">) => {
    const at = (operation: string) => `/stores/${store.store}/${operation}`
    const question = { tuple_key: tuple("user:anne", "owner", "document:1") }
    const noModel = { status: 400, body: { code: "authorization_model_not_found" } }
    const noLatest = { status: 400, body: { code: "latest_authorization_model_not_found" } }
    const noStore = { status: 404, body: { code: "store_id_not_found" } }
    const named = { authorization_model_id: store.modelId }
    const list = { type: "document", relation: "owner", user: "user:anne" }
    const users = {
      object: { type: "document", id: "1" },
      relation: "owner",
      user_filters: [{ type: "user" }],
    }
    return [
      [() => wire.post(at("check"), question), noLatest],
      [() => wire.post(at("check"), { ...question, ...named }), noModel],
      [
        () => wire.post(at("batch-check"), { checks: [{ ...question, correlation_id: "1" }], ...named }),
        noModel,
      ],
      [() => wire.post(at("list-objects"), { ...list, ...named }), noModel],
      [() => wire.post(at("streamed-list-objects"), { ...list, ...named }), { status: 400 }],
      [() => wire.post(at("list-users"), { ...users, ...named }), noModel],
      [
        () => wire.post(at("expand"), { tuple_key: { object: "document:1", relation: "owner" }, ...named }),
        noModel,
      ],
      [() => wire.post(at("write"), { writes: { tuple_keys: [question.tuple_key] }, ...named }), noModel],
      [() => wire.post(at("write"), { writes: { tuple_keys: [question.tuple_key] } }), noLatest],
      [() => wire.post(at("read"), {}), noStore],
      [() => wire.get(at("changes")), noStore],
      [() => wire.get(at("authorization-models")), noStore],
      [() => wire.get(at(`authorization-models/${store.modelId}`)), noModel],
      [() => wire.post(at("authorization-models"), contractModel), noStore],
      [() => wire.get(at(`assertions/${store.modelId}`)), noStore],
      [() => wire.put(at(`assertions/${store.modelId}`), {}), noStore],
    ] as const
  }

  test("deleted", async () => {
    const store = await prepareStore(wire, contractModel)
    await writeTuples(wire, store, tuple("user:anne", "owner", "document:1"))
    const other = await engine.another()
    const elsewhere = createWire({ url: other.url, credential: engine.credential })
    const question = {
      tuple_key: tuple("user:anne", "owner", "document:1"),
      consistency: "HIGHER_CONSISTENCY",
    }
    expect((await elsewhere.post(store.path("check"), question)).body).toMatchObject({ allowed: true })
    await wire.delete(`/stores/${store.store}`)
    for (const [ask, refusal] of refusals(store)) expect(await ask()).toMatchObject(refusal)
    expect((await elsewhere.post(store.path("check"), question)).status).toBe(400)
  })

  test("unknown", async () => {
    const { modelId } = await prepareStore(wire, contractModel)
    for (const [ask, refusal] of refusals({ store: unknownId, modelId }))
      expect(await ask()).toMatchObject(refusal)
  })

  test("a model of another store is unknown", async () => {
    const store = await prepareStore(wire, contractModel)
    const other = await prepareStore(wire, contractModel)
    const question = {
      tuple_key: tuple("user:a", "owner", "document:1"),
      authorization_model_id: other.modelId,
    }
    expect(await wire.post(store.path("check"), question)).toMatchObject({
      status: 400,
      body: { code: "authorization_model_not_found" },
    })
  })
})

describe("bodies", () => {
  test("what follows the JSON document is refused", async () => {
    expect(await wire.raw("POST", "/stores", '{"name":"abc"} trailing')).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
  })

  test("two members of one name are refused also where nobody reads them", async () => {
    expect(await wire.raw("POST", "/stores", '{"name":"abc","unknown":1,"unknown":2}')).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
  })

  test("a junk token for stores or models is the caller's mistake", async () => {
    const store = await prepareStore(wire, contractModel)
    for (const path of ["/stores", store.path("authorization-models")])
      expect(await wire.get(`${path}?continuation_token=abcd`)).toMatchObject({
        status: 400,
        body: { code: "invalid_continuation_token" },
      })
  })

  test("a refusal names the store in its headers, never the model", async () => {
    const store = await prepareStore(wire, contractModel)
    const { status, headers } = await wire.post(store.path("check"), {
      tuple_key: tuple("user:a", "nope", "document:1"),
      authorization_model_id: store.modelId,
    })
    expect(status).toBe(400)
    expect(headers.get("openfga-store-id")).toBe(store.store)
    expect(headers.get("openfga-authorization-model-id")).toBeNull()
  })

  test("JSON nested 100,000 deep is refused, and the engine goes on", async () => {
    const store = await prepareStore(wire, contractModel)
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`
    const body = `{"tuple_key":{"user":"user:a","relation":"owner","object":"document:1"},"context":{"a":${deep}}}`
    expect(await wire.raw("POST", store.path("check"), body)).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
    expect((await wire.get("/stores?page_size=1")).status).toBe(200)
  })

  test("an encoded slash or NUL in an id is a malformed id", async () => {
    for (const id of [`${unknownId}%2F..`, "%00", "..%2f.."])
      expect(await wire.get(`/stores/${id}`)).toMatchObject({
        status: 400,
        body: { code: "validation_error" },
      })
  })

  test("a control character matches nothing, and is no failure of the server's", async () => {
    const store = await prepareStore(wire, contractModel)
    await writeTuples(wire, store, tuple("user:a", "owner", "document:1"))
    for (const key of [{ object: "document:\u0000" }, { object: "document:1", user: "user:\u0000" }])
      expect(await wire.post(store.path("read"), { tuple_key: key })).toMatchObject({
        status: 200,
        body: { tuples: [] },
      })
    expect(await wire.get(store.path("changes?type=%00"))).toMatchObject({
      status: 200,
      body: { changes: [] },
    })
    const deletion = { deletes: { tuple_keys: [tuple("user:a", "owner\u0000", "document:1")] } }
    expect(await wire.post(store.path("write"), deletion)).toMatchObject({
      status: 400,
      body: { code: "write_failed_due_to_invalid_input" },
    })
  })

  test("a list that was cut says so in a header", async () => {
    const store = await prepareStore(wire, contractModel)
    for (let start = 0; start < 1_001; start += 91) {
      const keys = Array.from({ length: 91 }, (_, index) =>
        tuple("user:many", "owner", `document:${start + index}`),
      )
      await writeTuples(wire, store, ...keys)
    }
    const list = (relation: string) =>
      wire.post(store.path("list-objects"), { type: "document", relation, user: "user:many" })
    expect((await list("owner")).headers.get("gatehouse-incomplete")).toBe("true")
    expect((await list("blocked")).headers.get("gatehouse-incomplete")).toBeNull()
    const users = {
      object: { type: "document", id: "1" },
      relation: "owner",
      user_filters: [{ type: "user" }],
    }
    const listUsers = () => wire.post(store.path("list-users"), users)
    expect((await listUsers()).headers.get("gatehouse-incomplete")).toBeNull()
    for (let start = 0; start < 1_001; start += 91) {
      const keys = Array.from({ length: 91 }, (_, index) =>
        tuple(`user:${start + index}`, "owner", "document:1"),
      )
      await writeTuples(wire, store, ...keys)
    }
    const cut = await listUsers()
    expect((cut.body as { users: unknown[] }).users).toHaveLength(1_000)
    expect(cut.headers.get("gatehouse-incomplete")).toBe("true")
    const streamed = await wire.post(store.path("streamed-list-objects"), {
      type: "document",
      relation: "owner",
      user: "user:many",
    })
    expect(String(streamed.body).trim().split("\n")).toHaveLength(1_001)
    expect(streamed.headers.get("gatehouse-incomplete")).toBeNull()
  })
})

describe("continuation tokens", () => {
  test("a token of another store or another list is refused", async () => {
    const store = await prepareStore(wire, contractModel)
    const other = await prepareStore(wire, contractModel)
    await writeTuples(
      wire,
      store,
      tuple("user:1", "owner", "document:1"),
      tuple("user:2", "owner", "document:1"),
    )
    const page = await wire.post(store.path("read"), { page_size: 1 })
    const token = (page.body as { continuation_token: string }).continuation_token
    const refused = { status: 400, body: { code: "invalid_continuation_token" } }
    expect(await wire.post(other.path("read"), { continuation_token: token })).toMatchObject(refused)
    expect(await wire.get(store.path(`changes?continuation_token=${token}`))).toMatchObject(refused)
    expect(await wire.get(store.path(`authorization-models?continuation_token=${token}`))).toMatchObject(
      refused,
    )
    expect(await wire.get(`/stores?continuation_token=${token}`)).toMatchObject(refused)
    expect((await wire.post(store.path("read"), { continuation_token: token })).status).toBe(200)
  })
})

test("inline expressions are taken without a flag, held to a model's limits, and decide", async () => {
  const restriction = { type: "user", condition: "$expression" }
  const store = await prepareStore(wire, {
    schema_version: "1.1",
    type_definitions: [
      { type: "user" },
      {
        type: "document",
        relations: { viewer: { this: {} } },
        metadata: { relations: { viewer: { directly_related_user_types: [restriction] } } },
      },
    ],
  })
  const anne = tuple("user:anne", "viewer", "document:1")
  const inline = (expression: string) => ({
    ...anne,
    condition: { name: "$expression", context: { expression, parameters: { level: "int" } } },
  })
  await writeTuples(wire, store, inline("level >= 3"))
  for (const level of [3, 2]) {
    const { body } = await wire.post(store.path("check"), { tuple_key: anne, context: { level } })
    expect(body).toMatchObject({ allowed: level === 3 })
  }
  const long = { ...inline(`level == ${"1".repeat(512)}`), object: "document:2" }
  const refused = await wire.post(store.path("write"), { writes: { tuple_keys: [long] } })
  expect(refused).toMatchObject({ status: 400, body: { code: "validation_error" } })
})

/** Tuples' user type, and a document whose relations are given. */
function documentModel(relations: Record<string, object>, restrictions: Record<string, object[]>) {
  const metadata = Object.entries(restrictions).map(([name, types]) => [
    name,
    { directly_related_user_types: types },
  ])
  return {
    schema_version: "1.1",
    type_definitions: [
      { type: "user" },
      { type: "document", relations, metadata: { relations: Object.fromEntries(metadata) } },
    ],
  }
}

describe("conditions", () => {
  const withCondition = (expression: string) => ({
    ...documentModel({ viewer: { this: {} } }, { viewer: [{ type: "user", condition: "tested" }] }),
    conditions: {
      tested: {
        name: "tested",
        expression,
        parameters: { t: { type_name: "TYPE_NAME_TIMESTAMP" }, s: { type_name: "TYPE_NAME_STRING" } },
      },
    },
  })
  const context = { t: "2024-01-01T12:00:00+02:00", s: "a" }

  const ask = async (expression: string) => {
    const store = await prepareStore(wire, withCondition(expression))
    const anne = tuple("user:anne", "viewer", "document:1")
    await writeTuples(wire, store, { ...anne, condition: { name: "tested" } })
    return await wire.post(store.path("check"), { tuple_key: anne, context })
  }

  test("a timestamp's text is in UTC", async () => {
    expect((await ask('string(t) == "2024-01-01T10:00:00Z"')).body).toMatchObject({ allowed: true })
  })

  test.each([
    '{s: 1, "a": 2}["a"] == 2',
    'double("0x1p-2") == 0.25',
    's.matches("(?P<n>a)(?P<n>b)?")',
    's.matches("\\\\p{Letter}")',
  ])("%s is an error at evaluation", async (expression) => {
    expect(await ask(expression)).toMatchObject({ status: 400, body: { code: "validation_error" } })
  })

  test.each(["google.protobuf.Timestamp{seconds: 1} < t", '{"a-b": s}.`a-b` == s'])(
    "%s is refused",
    async (expression) => {
      const store = await prepareStore(wire, contractModel)
      const refused = await wire.post(store.path("authorization-models"), withCondition(expression))
      expect(refused).toMatchObject({ status: 400, body: { code: "invalid_authorization_model" } })
    },
  )
})

test("a contextual tuple takes the place of the stored one with the same key, in lists too", async () => {
  const restrictions = [{ type: "user" }, { type: "user", condition: "met" }]
  const store = await prepareStore(wire, {
    ...documentModel({ viewer: { this: {} } }, { viewer: restrictions }),
    conditions: {
      met: { name: "met", expression: "yes", parameters: { yes: { type_name: "TYPE_NAME_BOOL" } } },
    },
  })
  const anne = tuple("user:anne", "viewer", "document:1")
  await writeTuples(wire, store, anne)
  const tuple_keys = [{ ...anne, condition: { name: "met", context: { yes: false } } }]
  const list = { type: "document", relation: "viewer", user: "user:anne" }
  const ask = (contextual: object) =>
    Promise.all([
      wire.post(store.path("check"), { tuple_key: anne, ...contextual }),
      wire.post(store.path("list-objects"), { ...list, ...contextual }),
    ])
  const [stored, storedList] = await ask({})
  expect([stored.body, storedList.body]).toMatchObject([{ allowed: true }, { objects: ["document:1"] }])
  const [check, objects] = await ask({ contextual_tuples: { tuple_keys } })
  expect([check.body, objects.body]).toMatchObject([{ allowed: false }, { objects: [] }])
})

test("list-users names whom a check allows, beside everyone", async () => {
  const everyone = [{ type: "user" }, { type: "user", wildcard: {} }]
  const computed = (relation: string) => ({ computedUserset: { relation } })
  const but = (base: object, subtract: object) => ({ difference: { base, subtract } })
  const [a, b, c] = [computed("a"), computed("b"), computed("c")]
  const either = { union: { child: [but(a, b), c] } }
  const model = documentModel(
    { a: { this: {} }, b: { this: {} }, c: { this: {} }, either, nested: but(a, but(b, c)) },
    { a: everyone, b: everyone, c: everyone },
  )
  const store = await prepareStore(wire, model)
  const given = (document: string, ...names: string[]) =>
    names.map((name) => {
      const [relation = "", id] = name.split("@")
      return tuple(`user:${id}`, relation, `document:${document}`)
    })
  await writeTuples(wire, store, ...given("1", "a@*", "a@x", "b@x", "c@*"))
  await writeTuples(wire, store, ...given("2", "a@*", "c@x"))
  for (const [id, relation] of [
    ["1", "either"],
    ["2", "nested"],
  ] as const) {
    const { body } = await wire.post(store.path("list-users"), {
      object: { type: "document", id },
      relation,
      user_filters: [{ type: "user" }],
    })
    const named = { object: { type: "user", id: "x" } }
    expect((body as { users: unknown[] }).users).toContainEqual(named)
    const tuple_key = tuple("user:x", relation, `document:${id}`)
    expect((await wire.post(store.path("check"), { tuple_key })).body).toMatchObject({ allowed: true })
  }
})

test("a model whose definitions nest 600 deep is refused", async () => {
  const deep = (depth: number) => {
    const names = Array.from({ length: depth }, (_, index) => `r${index}`)
    const next = (index: number) =>
      index + 1 === depth ? { type: "user" } : { type: "document", relation: `r${index + 1}` }
    return documentModel(
      Object.fromEntries(names.map((name) => [name, { this: {} }])),
      Object.fromEntries(names.map((name, index) => [name, [next(index)]])),
    )
  }
  const store = await prepareStore(wire, contractModel)
  const write = async (depth: number) =>
    (await wire.post(store.path("authorization-models"), deep(depth))).status
  expect([await write(600), await write(601)]).toEqual([201, 400])
})
