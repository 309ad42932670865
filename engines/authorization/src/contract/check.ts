import { describe, expect, test } from "vitest"
import { preparePopulatedStore } from "./populated-store.ts"
import {
  type ContractTarget,
  createWire,
  type PreparedStore,
  shared,
  tuple,
  unknownId,
  writeTuples,
} from "./wire.ts"

const notFound = "authorization_model_not_found"

/** Check and batch-check. */
export function checkContract(target: () => ContractTarget): void {
  const wire = () => createWire(target())
  const prepare = () => preparePopulatedStore(wire())
  const prepareShared = shared(prepare)
  const check = async (
    store: PreparedStore,
    user: string,
    relation: string,
    object: string,
    rest: object = {},
  ) => wire().post(store.path("check"), { tuple_key: tuple(user, relation, object), ...rest })

  describe("check", () => {
    test("answers with both ids in its headers", async () => {
      const store = await prepareShared()
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
      const store = await prepareShared()
      expect((await check(store, user, relation, object)).body).toMatchObject({ allowed })
    })

    test("contextual tuples count for one question, and hide a stored one with the same key", async () => {
      const store = await prepareShared()
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
      const store = await prepareShared()
      const eve = (context: object) => check(store, "user:eve", "editor", "document:4", { context })
      expect((await eve({ level: 3 })).body).toMatchObject({ allowed: true })
      expect((await eve({ level: "3" })).body).toMatchObject({ allowed: true })
      expect((await eve({ level: 4 })).body).toMatchObject({ allowed: false })
      expect((await eve({ level: 3, network: "home" })).body).toMatchObject({ allowed: true })
      expect(await eve({ level: 9.5 })).toMatchObject({ status: 400, body: { code: "validation_error" } })
      expect(await eve({})).toMatchObject({ status: 400, body: { code: "validation_error" } })
    })

    test("a contextual tuple that may not be stored is 400 invalid_tuple", async () => {
      const store = await prepareShared()
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
      const store = await prepareShared()
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
        "a trace that is no boolean",
        { tuple_key: tuple("user:a", "owner", "document:1"), trace: "yes" },
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
      const store = await prepareShared()
      expect(await wire().post(store.path("check"), body)).toMatchObject({ status: 400, body: { code } })
    })

    test("an unknown store is 400 latest_authorization_model_not_found, with a model id not_found", async () => {
      const body = { tuple_key: tuple("user:a", "owner", "document:1") }
      expect(await wire().post(`/stores/${unknownId}/check`, body)).toMatchObject({
        status: 400,
        body: { code: "latest_authorization_model_not_found" },
      })
      const store = await prepareShared()
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
      const store = await prepareShared()
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
      const store = await prepareShared()
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
      const store = await prepareShared()
      expect(await wire().post(store.path("batch-check"), body)).toMatchObject({
        status: 400,
        body: { code },
      })
    })
  })
}
