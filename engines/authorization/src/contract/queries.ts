import { describe, expect, test } from "vitest"
import { contractModel } from "./model.ts"
import {
  type ContractTarget,
  createWire,
  type PreparedStore,
  prepareStore,
  tuple,
  unknownId,
  writeTuples,
} from "./wire.ts"

const notFound = "authorization_model_not_found"

/** Questions: check, batch-check, the lists, expand. */
export function queriesContract(target: () => ContractTarget): void {
  const wire = () => createWire(target())
  const prepare = async (): Promise<PreparedStore> => {
    const store = await prepareStore(wire(), contractModel)
    await writeTuples(
      wire(),
      store,
      tuple("user:anne", "owner", "document:1"),
      tuple("user:bea", "member", "group:inner"),
      tuple("group:inner#member", "member", "group:outer"),
      tuple("group:outer#member", "viewer", "folder:1"),
      tuple("folder:1", "parent", "document:1"),
      tuple("folder:1", "parent", "document:2"),
      tuple("user:*", "viewer", "document:3"),
      tuple("user:mallory", "blocked", "document:3"),
      {
        ...tuple("user:eve", "editor", "document:4"),
        condition: { name: "from_office", context: { network: "office" } },
      },
    )
    return store
  }
  const check = async (
    store: PreparedStore,
    user: string,
    relation: string,
    object: string,
    rest: object = {},
  ) => wire().post(store.path("check"), { tuple_key: tuple(user, relation, object), ...rest })

  describe("check", () => {
    test("answers with both ids in its headers", async () => {
      const store = await prepare()
      const answer = await check(store, "user:anne", "viewer", "document:1")
      expect(answer).toMatchObject({ status: 200, body: { allowed: true, resolution: "" } })
      expect(answer.headers.get("openfga-authorization-model-id")).toBe(store.modelId)
      expect(answer.headers.get("openfga-store-id")).toBe(store.store)
      expect(answer.headers.get("content-type")).toContain("application/json")
    })

    test.each([
      ["user:anne", "viewer", "document:1", true],
      ["user:bea", "viewer", "document:2", true],
      ["user:carl", "viewer", "document:2", false],
      ["user:anyone", "viewer", "document:3", true],
      ["user:mallory", "viewer", "document:3", false],
      ["group:outer#member", "viewer", "folder:1", true],
      ["document:1#viewer", "viewer", "document:1", true],
      ["user:anne", "can_print", "document:1", true],
      ["user:bea", "can_print", "document:1", false],
    ])("%s %s %s: %s", async (user, relation, object, allowed) => {
      const store = await prepare()
      expect((await check(store, user, relation, object)).body).toMatchObject({ allowed })
    })

    test("contextual tuples count for one question, and hide a stored one with the same key", async () => {
      const store = await prepare()
      const contextual = (...keys: object[]) => ({ contextual_tuples: { tuple_keys: keys } })
      const member = tuple("user:carl", "member", "group:inner")
      expect(
        (await check(store, "user:carl", "viewer", "document:2", contextual(member))).body,
      ).toMatchObject({
        allowed: true,
      })
      expect((await check(store, "user:carl", "viewer", "document:2")).body).toMatchObject({ allowed: false })
      const elsewhere = {
        ...tuple("user:eve", "editor", "document:4"),
        condition: { name: "from_office", context: { network: "home" } },
      }
      const context = { context: { level: 1 } }
      expect((await check(store, "user:eve", "editor", "document:4", context)).body).toMatchObject({
        allowed: true,
      })
      expect(
        (await check(store, "user:eve", "editor", "document:4", { ...context, ...contextual(elsewhere) }))
          .body,
      ).toMatchObject({ allowed: false })
    })

    test("a stored context beats the request's, integers may be text, and a missing parameter is refused", async () => {
      const store = await prepare()
      const eve = (context: object) => check(store, "user:eve", "editor", "document:4", { context })
      expect((await eve({ level: 3 })).body).toMatchObject({ allowed: true })
      expect((await eve({ level: "3" })).body).toMatchObject({ allowed: true })
      expect((await eve({ level: 4 })).body).toMatchObject({ allowed: false })
      expect((await eve({ level: 3, network: "home" })).body).toMatchObject({ allowed: true })
      expect(await eve({ level: 9.5 })).toMatchObject({ status: 400, body: { code: "validation_error" } })
      expect(await eve({})).toMatchObject({ status: 400, body: { code: "validation_error" } })
    })

    test("a contextual tuple that may not be stored is 400 invalid_tuple", async () => {
      const store = await prepare()
      for (const key of [
        tuple("group:inner", "owner", "document:1"),
        tuple("user:*", "owner", "document:1"),
        tuple("nope:a", "owner", "document:1"),
        { ...tuple("user:a", "owner", "document:1"), condition: { name: "from_office" } },
        { ...tuple("user:a", "editor", "document:1"), condition: { name: "nope" } },
      ]) {
        const answer = await check(store, "user:a", "viewer", "document:1", {
          contextual_tuples: { tuple_keys: [key] },
        })
        expect(answer).toMatchObject({ status: 400, body: { code: "invalid_tuple" } })
      }
    })

    test("100 contextual tuples are taken, 101 refused", async () => {
      const store = await prepare()
      const keys = Array.from({ length: 101 }, (_, index) => tuple(`user:${index}`, "owner", "document:1"))
      const ask = (count: number) =>
        check(store, "user:99", "owner", "document:1", {
          contextual_tuples: { tuple_keys: keys.slice(0, count) },
        })
      expect((await ask(100)).body).toMatchObject({ allowed: true })
      expect(await ask(101)).toMatchObject({ status: 400, body: { code: "validation_error" } })
    })

    test.each<[string, object, string]>([
      ["no tuple", {}, "tuple_key_value_not_specified"],
      ["an empty tuple", { tuple_key: {} }, "validation_error"],
      ["an unknown relation", { tuple_key: tuple("user:a", "nope", "document:1") }, "validation_error"],
      ["an unknown type", { tuple_key: tuple("user:a", "owner", "nope:1") }, "validation_error"],
      [
        "a user of an unknown type",
        { tuple_key: tuple("nope:a", "owner", "document:1") },
        "validation_error",
      ],
      ["a user without a type", { tuple_key: tuple("anne", "owner", "document:1") }, "validation_error"],
      [
        "a userset of an unknown relation",
        { tuple_key: tuple("group:a#nope", "owner", "document:1") },
        "validation_error",
      ],
      ["every object", { tuple_key: tuple("user:a", "owner", "document:*") }, "validation_error"],
      [
        "a control character",
        { tuple_key: tuple("user:a\u0001", "owner", "document:1") },
        "validation_error",
      ],
      ["prototype names", { tuple_key: tuple("user:a", "constructor", "__proto__:1") }, "validation_error"],
      [
        "a prototype name as relation",
        { tuple_key: tuple("user:a", "__proto__", "document:1") },
        "validation_error",
      ],
      [
        "an unknown number as consistency",
        { tuple_key: tuple("user:a", "owner", "document:1"), consistency: 7 },
        "validation_error",
      ],
      [
        "a context with a control character",
        { tuple_key: tuple("user:a", "owner", "document:1"), context: { a: ["\u0001"] } },
        "validation_error",
      ],
      [
        "a context that is no object",
        { tuple_key: tuple("user:a", "owner", "document:1"), context: [] },
        "validation_error",
      ],
      [
        "an unknown model",
        { tuple_key: tuple("user:a", "owner", "document:1"), authorization_model_id: unknownId },
        notFound,
      ],
    ])("%s is refused", async (_, body, code) => {
      const store = await prepare()
      expect(await wire().post(store.path("check"), body)).toMatchObject({ status: 400, body: { code } })
    })

    test("an unknown store is 400 latest_authorization_model_not_found, with a model id not_found", async () => {
      const body = { tuple_key: tuple("user:a", "owner", "document:1") }
      expect(await wire().post(`/stores/${unknownId}/check`, body)).toMatchObject({
        status: 400,
        body: { code: "latest_authorization_model_not_found" },
      })
      const store = await prepare()
      expect(
        await wire().post(`/stores/${unknownId}/check`, { ...body, authorization_model_id: store.modelId }),
      ).toMatchObject({ status: 400, body: { code: notFound } })
    })

    test("unknown consistencies by name are ignored, higher consistency knows the write before", async () => {
      const store = await prepare()
      expect(
        (await check(store, "user:anne", "owner", "document:1", { consistency: "WHATEVER" })).status,
      ).toBe(200)
      await writeTuples(wire(), store, tuple("user:new", "owner", "document:1"))
      const answer = await check(store, "user:new", "owner", "document:1", {
        consistency: "HIGHER_CONSISTENCY",
      })
      expect(answer.body).toMatchObject({ allowed: true })
    })

    test("a ring of groups is false, and depth beyond the limit an error, never an allow", async () => {
      const store = await prepare()
      await writeTuples(
        wire(),
        store,
        tuple("group:ring2#member", "member", "group:ring1"),
        tuple("group:ring1#member", "member", "group:ring2"),
      )
      expect((await check(store, "user:x", "member", "group:ring1")).body).toMatchObject({ allowed: false })
      const chain = Array.from({ length: 30 }, (_, index) =>
        tuple(`group:deep${index + 1}#member`, "member", `group:deep${index}`),
      )
      await writeTuples(wire(), store, ...chain, tuple("user:deep", "member", "group:deep30"))
      expect((await check(store, "user:deep", "member", "group:deep10")).body).toMatchObject({
        allowed: true,
      })
      expect(await check(store, "user:deep", "member", "group:deep0")).toMatchObject({
        status: 400,
        body: { code: "authorization_model_resolution_too_complex" },
      })
    })
  })

  describe("batch-check", () => {
    const item = (id: string, user: string, rest: object = {}) => ({
      tuple_key: tuple(user, "viewer", "document:1"),
      correlation_id: id,
      ...rest,
    })

    test("answers each item by its id, and keeps an item's mistake with it", async () => {
      const store = await prepare()
      const answer = await wire().post(store.path("batch-check"), {
        checks: [
          item("1", "user:anne"),
          item("2", "user:nobody"),
          { ...item("3", "user:anne"), tuple_key: tuple("user:anne", "nope", "document:1") },
          item("4", "user:anne", {
            contextual_tuples: { tuple_keys: [tuple("group:a", "owner", "document:1")] },
          }),
          item("__proto__", "user:anne"),
        ],
      })
      expect(answer.status).toBe(200)
      const { result } = answer.body as { result: Record<string, unknown> }
      expect(result["1"]).toEqual({ allowed: true })
      expect(result["2"]).toEqual({ allowed: false })
      expect(result["3"]).toEqual({ error: { input_error: "validation_error", message: expect.any(String) } })
      expect(result["4"]).toEqual({ error: { input_error: "invalid_tuple", message: expect.any(String) } })
      expect(Object.getOwnPropertyDescriptor(result, "__proto__")?.value).toEqual({ allowed: true })
    })

    test("items that differ only in contextual tuples or context do not share an answer", async () => {
      const store = await prepare()
      const eve = (id: string, level: number) => ({
        tuple_key: tuple("user:eve", "editor", "document:4"),
        correlation_id: id,
        context: { level },
      })
      const member = tuple("user:x", "owner", "document:1")
      const answer = await wire().post(store.path("batch-check"), {
        checks: [
          eve("low", 1),
          eve("high", 4),
          item("with", "user:x", { contextual_tuples: { tuple_keys: [member] } }),
          item("without", "user:x"),
        ],
      })
      expect((answer.body as { result: object }).result).toEqual({
        low: { allowed: true },
        high: { allowed: false },
        with: { allowed: true },
        without: { allowed: false },
      })
    })

    test.each<[string, object, string]>([
      ["nothing", {}, "validation_error"],
      ["no items", { checks: [] }, "validation_error"],
      [
        "an item without an id",
        { checks: [{ tuple_key: tuple("user:a", "viewer", "document:1") }] },
        "validation_error",
      ],
      ["an id of other characters", { checks: [item("a b", "user:a")] }, "validation_error"],
      ["an id over 36 characters", { checks: [item("x".repeat(37), "user:a")] }, "validation_error"],
      ["the same id twice", { checks: [item("1", "user:a"), item("1", "user:b")] }, "validation_error"],
      [
        "51 items",
        { checks: Array.from({ length: 51 }, (_, index) => item(`${index}`, "user:a")) },
        "validation_error",
      ],
      ["an item without a tuple", { checks: [{ correlation_id: "1" }] }, "tuple_key_value_not_specified"],
    ])("%s is refused as a whole", async (_, body, code) => {
      const store = await prepare()
      expect(await wire().post(store.path("batch-check"), body)).toMatchObject({
        status: 400,
        body: { code },
      })
    })
  })

  describe("list-objects", () => {
    const question = { type: "document", relation: "viewer", user: "user:bea" }

    test("lists what check allows, in both forms", async () => {
      const store = await prepare()
      const listed = await wire().post(store.path("list-objects"), question)
      expect(listed.status).toBe(200)
      const { objects } = listed.body as { objects: string[] }
      expect([...objects].sort()).toEqual(["document:1", "document:2", "document:3"])
      const streamed = await wire().raw("POST", store.path("streamed-list-objects"), JSON.stringify(question))
      const lines = (streamed.body as string)
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
      expect(lines.map(({ result }) => result.object).sort()).toEqual([...objects].sort())
    })

    test("nothing is an empty list, and an empty stream", async () => {
      const store = await prepare()
      const nobody = { ...question, user: "user:nobody", relation: "owner" }
      expect((await wire().post(store.path("list-objects"), nobody)).body).toEqual({ objects: [] })
      expect(await wire().post(store.path("streamed-list-objects"), nobody)).toMatchObject({
        status: 200,
        body: "",
      })
    })

    test("is cut at 1,000 results; the stream is not", async () => {
      const store = await prepare()
      for (let start = 0; start < 1_100; start += 100) {
        const keys = Array.from({ length: 100 }, (_, index) =>
          tuple("user:many", "owner", `document:m${start + index}`),
        )
        await writeTuples(wire(), store, ...keys)
      }
      const many = {
        type: "document",
        relation: "owner",
        user: "user:many",
        consistency: "HIGHER_CONSISTENCY",
      }
      const listed = await wire().post(store.path("list-objects"), many)
      expect(new Set((listed.body as { objects: string[] }).objects).size).toBe(1_000)
      const streamed = await wire().post(store.path("streamed-list-objects"), many)
      expect(new Set((streamed.body as string).trim().split("\n")).size).toBe(1_100)
    })

    test.each<[string, object, string]>([
      ["an unknown type", { ...question, type: "nope" }, "type_not_found"],
      ["an unknown relation", { ...question, relation: "nope" }, "relation_not_found"],
      ["a user of an unknown type", { ...question, user: "nope:a" }, "validation_error"],
      ["no type", { ...question, type: "" }, "type_invalid_pattern"],
      ["no user", { ...question, user: "" }, "validation_error"],
      ["a malformed user", { ...question, user: "us er" }, "validation_error"],
      [
        "a contextual tuple that may not be stored",
        { ...question, contextual_tuples: { tuple_keys: [tuple("group:a", "owner", "document:1")] } },
        "invalid_tuple",
      ],
      ["an unknown model", { ...question, authorization_model_id: unknownId }, notFound],
    ])("%s is refused, by the stream with gRPC's form", async (_, body, code) => {
      const store = await prepare()
      expect(await wire().post(store.path("list-objects"), body)).toMatchObject({
        status: 400,
        body: { code },
      })
      expect(await wire().post(store.path("streamed-list-objects"), body)).toMatchObject({
        status: 400,
        body: { error: { code: 3, message: expect.any(String), details: [] } },
      })
    })
  })

  describe("list-users", () => {
    const question = {
      object: { type: "document", id: "1" },
      relation: "viewer",
      user_filters: [{ type: "user" }],
    }

    test("lists users, everyone and usersets in their own forms", async () => {
      const store = await prepare()
      const list = async (body: object) =>
        ((await wire().post(store.path("list-users"), body)).body as { users: object[] }).users
      const byId = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b))
      expect((await list(question)).sort(byId)).toEqual([
        { object: { type: "user", id: "anne" } },
        { object: { type: "user", id: "bea" } },
      ])
      expect(await list({ ...question, object: { type: "document", id: "3" } })).toContainEqual({
        wildcard: { type: "user" },
      })
      const usersets = await list({
        object: { type: "folder", id: "1" },
        relation: "viewer",
        user_filters: [{ type: "group", relation: "member" }],
      })
      expect(usersets).toContainEqual({ userset: { type: "group", id: "outer", relation: "member" } })
      const contextual = [tuple("user:ctx", "owner", "document:1")]
      expect(await list({ ...question, contextual_tuples: contextual })).toContainEqual({
        object: { type: "user", id: "ctx" },
      })
    })

    test.each<[string, object, string]>([
      ["no object", { ...question, object: undefined }, "validation_error"],
      ["no filter", { ...question, user_filters: [] }, "validation_error"],
      [
        "two filters",
        { ...question, user_filters: [{ type: "user" }, { type: "group" }] },
        "validation_error",
      ],
      ["an unknown type", { ...question, object: { type: "nope", id: "1" } }, "type_not_found"],
      ["an unknown relation", { ...question, relation: "nope" }, "relation_not_found"],
      ["an unknown filter type", { ...question, user_filters: [{ type: "nope" }] }, "type_not_found"],
      [
        "an unknown filter relation",
        { ...question, user_filters: [{ type: "group", relation: "nope" }] },
        "relation_not_found",
      ],
      [
        "wrapped contextual tuples",
        { ...question, contextual_tuples: { tuple_keys: [] } },
        "validation_error",
      ],
      [
        "a contextual tuple that may not be stored",
        { ...question, contextual_tuples: [tuple("group:a", "owner", "document:1")] },
        "invalid_tuple",
      ],
    ])("%s is refused", async (_, body, code) => {
      const store = await prepare()
      expect(await wire().post(store.path("list-users"), body)).toMatchObject({ status: 400, body: { code } })
    })
  })

  describe("expand", () => {
    test("shows one level of a relation", async () => {
      const store = await prepare()
      const owner = await wire().post(store.path("expand"), {
        tuple_key: { object: "document:1", relation: "owner" },
      })
      expect(owner.body).toEqual({
        tree: { root: { name: "document:1#owner", leaf: { users: { users: ["user:anne"] } } } },
      })
      const viewer = await wire().post(store.path("expand"), {
        tuple_key: { object: "document:1", relation: "viewer" },
      })
      const name = "document:1#viewer"
      expect(viewer.body).toEqual({
        tree: {
          root: {
            name,
            difference: {
              base: {
                name,
                union: {
                  nodes: [
                    { name, leaf: { users: { users: [] } } },
                    { name, leaf: { computed: { userset: "document:1#editor" } } },
                    {
                      name,
                      leaf: {
                        tupleToUserset: {
                          tupleset: "document:1#parent",
                          computed: [{ userset: "folder:1#viewer" }],
                        },
                      },
                    },
                  ],
                },
              },
              subtract: { name, leaf: { computed: { userset: "document:1#blocked" } } },
            },
          },
        },
      })
    })

    test.each<[string, object, string]>([
      ["no tuple", {}, "tuple_key_value_not_specified"],
      ["no relation", { tuple_key: { object: "document:1" } }, "invalid_expand_input"],
      ["an unknown type", { tuple_key: { object: "nope:1", relation: "owner" } }, "validation_error"],
      ["an unknown relation", { tuple_key: { object: "document:1", relation: "nope" } }, "validation_error"],
      ["a malformed object", { tuple_key: { object: "document", relation: "owner" } }, "validation_error"],
    ])("%s is refused", async (_, body, code) => {
      const store = await prepare()
      expect(await wire().post(store.path("expand"), body)).toMatchObject({ status: 400, body: { code } })
    })
  })
}
