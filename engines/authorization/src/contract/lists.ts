import { describe, expect, test } from "vitest"
import { preparePopulatedStore } from "./populated-store.ts"
import { type ContractTarget, createWire, shared, tuple, unknownId, writeTuples } from "./wire.ts"

const notFound = "authorization_model_not_found"
const misplaced = {
  ...tuple("user:anne", "owner", "document:1"),
  condition: { name: "from_office", context: {} },
}

/** The lists of objects and users, and expand. */
export function listsContract(target: () => ContractTarget): void {
  const wire = () => createWire(target())
  const prepare = () => preparePopulatedStore(wire())
  const prepareShared = shared(prepare)

  describe("list-objects", () => {
    const question = { type: "document", relation: "viewer", user: "user:bea" }

    test("lists what check allows, in both forms", async () => {
      const store = await prepareShared()
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
      const store = await prepareShared()
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
      [
        "a contextual tuple whose condition does not belong there",
        { ...question, contextual_tuples: { tuple_keys: [misplaced] } },
        "validation_error",
      ],
      ["an unknown model", { ...question, authorization_model_id: unknownId }, notFound],
    ])("%s is refused, by the stream with gRPC's form", async (_, body, code) => {
      const store = await prepareShared()
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
      const store = await prepareShared()
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
      [
        "a contextual tuple whose condition does not belong there",
        { ...question, contextual_tuples: [misplaced] },
        "validation_error",
      ],
    ])("%s is refused", async (_, body, code) => {
      const store = await prepareShared()
      expect(await wire().post(store.path("list-users"), body)).toMatchObject({ status: 400, body: { code } })
    })
  })

  describe("expand", () => {
    test("shows one level of a relation", async () => {
      const store = await prepareShared()
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
      const store = await prepareShared()
      expect(await wire().post(store.path("expand"), body)).toMatchObject({ status: 400, body: { code } })
    })
  })
}
