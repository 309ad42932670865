import { expect, test } from "vitest"
import { parseModel } from "../wire/parse-model.ts"
import { WireMessage } from "../wire/proto-json.ts"
import { modelSize } from "../wire/protobuf-size.ts"
import { contractModel } from "./model.ts"
import { type ContractTarget, createWire, prepareStore, shared, unknownId } from "./wire.ts"

const user = { type: "user" }

/** Authorization models. */
export function modelsContract(target: () => ContractTarget): void {
  const wire = () => createWire(target())
  const prepareShared = shared(() => prepareStore(wire(), contractModel))

  test("a model is written with 201, read back in the wire's full form, and listed newest first", async () => {
    const store = await prepareStore(wire(), contractModel)
    const read = await wire().get(store.path(`authorization-models/${store.modelId}`))
    expect(read.status).toBe(200)
    const model = (read.body as { authorization_model: Record<string, unknown> }).authorization_model
    expect(model).toMatchObject({ id: store.modelId, schema_version: "1.1" })
    const types = model.type_definitions as { type: string; relations: object; metadata: object | null }[]
    expect(types.find(({ type }) => type === "user")).toEqual({ type: "user", relations: {}, metadata: null })
    expect(types.find(({ type }) => type === "group")).toEqual({
      type: "group",
      relations: { member: { this: {} } },
      metadata: {
        relations: {
          member: {
            directly_related_user_types: [
              { type: "user", condition: "" },
              { type: "group", relation: "member", condition: "" },
            ],
            module: "",
            source_info: null,
          },
        },
        module: "",
        source_info: null,
      },
    })
    expect(types.find(({ type }) => type === "folder")?.relations).toMatchObject({
      viewer: { union: { child: [{ this: {} }, { computedUserset: { object: "", relation: "owner" } }] } },
    })
    expect(model.conditions).toEqual({
      from_office: {
        name: "from_office",
        expression: 'network == "office" && level <= 3',
        parameters: {
          network: { type_name: "TYPE_NAME_STRING", generic_types: [] },
          level: { type_name: "TYPE_NAME_INT", generic_types: [] },
        },
        metadata: null,
      },
    })
    const second = await wire().post(store.path("authorization-models"), contractModel)
    const secondId = (second.body as { authorization_model_id: string }).authorization_model_id
    expect(secondId).not.toBe(store.modelId)
    const first = await wire().get(store.path("authorization-models?page_size=1"))
    const page = first.body as { authorization_models: { id: string }[]; continuation_token: string }
    expect(page.authorization_models.map(({ id }) => id)).toEqual([secondId])
    const rest = await wire().get(
      store.path(
        `authorization-models?page_size=1&continuation_token=${encodeURIComponent(page.continuation_token)}`,
      ),
    )
    expect(rest.body).toMatchObject({ authorization_models: [{ id: store.modelId }], continuation_token: "" })
  })

  test("a model may be written as it was read", async () => {
    const store = await prepareStore(wire(), contractModel)
    const read = await wire().get(store.path(`authorization-models/${store.modelId}`))
    const again = await wire().post(
      store.path("authorization-models"),
      (read.body as { authorization_model: object }).authorization_model,
    )
    expect(again.status).toBe(201)
  })

  test("rewrites may be spelled as protobuf does", async () => {
    const model = {
      schema_version: "1.1",
      type_definitions: [
        user,
        {
          type: "doc",
          relations: {
            parent: { this: {} },
            owner: { this: {} },
            viewer: { computed_userset: { relation: "owner" } },
            up: {
              tuple_to_userset: { tupleset: { relation: "parent" }, computed_userset: { relation: "owner" } },
            },
          },
          metadata: {
            relations: {
              owner: { directly_related_user_types: [user] },
              parent: { directly_related_user_types: [{ type: "doc" }] },
            },
          },
        },
      ],
    }
    const store = await prepareStore(wire(), model)
    const read = await wire().get(store.path(`authorization-models/${store.modelId}`))
    expect(JSON.stringify(read.body)).toContain("tupleToUserset")
  })

  test("an unknown model is 400 authorization_model_not_found", async () => {
    const store = await prepareShared()
    const read = await wire().get(store.path(`authorization-models/${unknownId}`))
    expect(read).toMatchObject({ status: 400, body: { code: "authorization_model_not_found" } })
    expect(await wire().get(store.path("authorization-models/xyz"))).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
  })

  const relation = (rewrite: object) => ({
    schema_version: "1.1",
    type_definitions: [{ type: "user", relations: { a: rewrite } }],
  })
  test.each<[string, object, string]>([
    ["no types", { schema_version: "1.1" }, "type_definitions_too_few_items"],
    ["an unknown schema version", { schema_version: "7", type_definitions: [user] }, "validation_error"],
    ["no schema version", { type_definitions: [user] }, "validation_error"],
    [
      "schema version 1.0",
      { schema_version: "1.0", type_definitions: [user] },
      "invalid_authorization_model",
    ],
    [
      "a type with a space",
      { schema_version: "1.1", type_definitions: [{ type: "us er" }] },
      "type_invalid_pattern",
    ],
    [
      "a relation with a space",
      { schema_version: "1.1", type_definitions: [{ type: "user", relations: { "a b": { this: {} } } }] },
      "relations_invalid_pattern",
    ],
    [
      "a difference without subtract",
      relation({ difference: { base: { this: {} } } }),
      "subtract_base_missing_value",
    ],
    [
      "a difference without base",
      relation({ difference: { subtract: { this: {} } } }),
      "difference_base_missing_value",
    ],
    ["two rewrites in one", relation({ this: {}, union: { child: [] } }), "validation_error"],
    ["a rewrite that is no object", relation([]), "validation_error"],
    [
      "a relation over 50 bytes",
      relation({ computedUserset: { relation: "x".repeat(51) } }),
      "relation_too_long",
    ],
    ["a relation without a rewrite", relation({}), "invalid_authorization_model"],
    ["a direct relation without types", relation({ this: {} }), "invalid_authorization_model"],
    [
      "the same type twice",
      { schema_version: "1.1", type_definitions: [user, user] },
      "invalid_authorization_model",
    ],
    [
      "a relation defined by itself",
      relation({ computedUserset: { relation: "a" } }),
      "invalid_authorization_model",
    ],
    [
      "a reserved type",
      { schema_version: "1.1", type_definitions: [{ type: "self" }] },
      "invalid_authorization_model",
    ],
    [
      "101 types",
      {
        schema_version: "1.1",
        type_definitions: Array.from({ length: 101 }, (_, index) => ({ type: `t${index}` })),
      },
      "exceeded_entity_limit",
    ],
    [
      "26 conditions",
      {
        schema_version: "1.1",
        type_definitions: [user],
        conditions: Object.fromEntries(
          Array.from({ length: 26 }, (_, index) => [`c${index}`, { name: `c${index}`, expression: "true" }]),
        ),
      },
      "validation_error",
    ],
    [
      "an expression over 512 bytes",
      {
        schema_version: "1.1",
        type_definitions: [user],
        conditions: { c: { name: "c", expression: `"${"x".repeat(512)}" == ""` } },
      },
      "validation_error",
    ],
  ])("a model with %s is refused", async (_, model, code) => {
    const store = await prepareShared()
    const answer = await wire().post(store.path("authorization-models"), model)
    expect(answer).toMatchObject({ status: 400, body: { code } })
  })

  /** Relations of long names, so that a few types make a model of so many bytes. */
  const ofSize = (relations: number) => ({
    schema_version: "1.1",
    type_definitions: [
      user,
      ...Array.from({ length: 20 }, (_, type) => ({
        type: `type${type}`,
        relations: Object.fromEntries(
          Array.from({ length: relations }, (_, index) => [`${"r".repeat(40)}${index}`, { this: {} }]),
        ),
        metadata: {
          relations: Object.fromEntries(
            Array.from({ length: relations }, (_, index) => [
              `${"r".repeat(40)}${index}`,
              { directly_related_user_types: [user] },
            ]),
          ),
        },
      })),
    ],
  })

  test("a model over 256 KiB in protobuf's encoding is refused, one just under it is taken", async () => {
    const store = await prepareShared()
    const sizeOf = (relations: number) => modelSize(parseModel(new WireMessage(ofSize(relations))))
    const fitting = Array.from({ length: 200 }, (_, relations) => relations)
      .filter((relations) => sizeOf(relations) <= 262_144)
      .at(-1) as number
    const under = await wire().post(store.path("authorization-models"), ofSize(fitting))
    expect(under.status).toBe(201)
    const over = await wire().post(store.path("authorization-models"), ofSize(fitting + 1))
    expect(over).toMatchObject({
      status: 400,
      body: {
        code: "exceeded_entity_limit",
        message: `model exceeds size limit: ${sizeOf(fitting + 1)} bytes vs 262144 bytes`,
      },
    })
  })

  test("assertions are kept as written, replaced as a whole, and empty before", async () => {
    const store = await prepareStore(wire(), contractModel)
    const path = store.path(`assertions/${store.modelId}`)
    const id = store.modelId
    expect(await wire().get(path)).toMatchObject({
      status: 200,
      body: { authorization_model_id: id, assertions: [] },
    })
    const key = { user: "user:a", relation: "owner", object: "document:1" }
    const written = await wire().put(path, {
      assertions: [
        { tuple_key: key, expectation: true },
        { tuple_key: key, contextual_tuples: [{ ...key, user: "user:z" }], context: { a: 1 } },
      ],
    })
    expect(written).toMatchObject({ status: 204, body: "" })
    expect((await wire().get(path)).body).toEqual({
      authorization_model_id: id,
      assertions: [
        { tuple_key: key, expectation: true, contextual_tuples: [], context: null },
        {
          tuple_key: key,
          expectation: false,
          contextual_tuples: [{ ...key, user: "user:z", condition: null }],
          context: { a: 1 },
        },
      ],
    })
    expect((await wire().put(path, {})).status).toBe(204)
    expect((await wire().get(path)).body).toMatchObject({ assertions: [] })
  })

  test("assertions on an unknown model or relation, and more than 100, are refused", async () => {
    const store = await prepareStore(wire(), contractModel)
    const key = { user: "user:a", relation: "owner", object: "document:1" }
    const put = (model: string, assertions: object[]) =>
      wire().put(store.path(`assertions/${model}`), { assertions })
    expect(await put(unknownId, [])).toMatchObject({
      status: 400,
      body: { code: "authorization_model_not_found" },
    })
    for (const user of ["nope:a", "anne", "group:inner#nope"])
      expect(await put(store.modelId, [{ tuple_key: { ...key, user }, expectation: true }])).toMatchObject({
        status: 400,
        body: { code: "validation_error" },
      })
    expect(await wire().get(store.path(`assertions/${unknownId}`))).toMatchObject({
      status: 400,
      body: { code: "authorization_model_not_found" },
    })
    expect(await put(store.modelId, [{ tuple_key: { ...key, relation: "nope" } }])).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
    const many = Array.from({ length: 101 }, () => ({ tuple_key: key }))
    expect(await put(store.modelId, many)).toMatchObject({
      status: 400,
      body: { code: "assertions_too_many_items" },
    })
  })
}
