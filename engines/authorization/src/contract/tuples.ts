import { describe, expect, test } from "vitest"
import { contractModel } from "./model.ts"
import {
  type ContractTarget,
  createWire,
  prepareStore,
  shared,
  tuple,
  unknownId,
  writeTuples,
} from "./wire.ts"

const anne = tuple("user:anne", "owner", "document:1")
const inOffice = { name: "from_office", context: { network: "office" } }

/** Writing tuples. */
export function writeContract(target: () => ContractTarget): void {
  const wire = () => createWire(target())
  const prepare = () => prepareStore(wire(), contractModel)
  const prepareShared = shared(prepare)
  const readAll = async (path: string) =>
    ((await wire().post(path, {})).body as { tuples: { key: object }[] }).tuples.map(({ key }) => key)

  test("a write is 200 {} and is read back with its condition, unset ones as null", async () => {
    const store = await prepare()
    const conditional = { ...tuple("user:bob", "editor", "document:1"), condition: inOffice }
    const written = await wire().post(store.path("write"), { writes: { tuple_keys: [anne, conditional] } })
    expect(written).toMatchObject({ status: 200, body: {} })
    expect(written.body).toEqual({})
    expect(written.headers.get("openfga-authorization-model-id")).toBe(store.modelId)
    expect(written.headers.get("openfga-store-id")).toBe(store.store)
    expect(await readAll(store.path("read"))).toEqual([{ ...anne, condition: null }, conditional])
  })

  test("a write is all or nothing", async () => {
    const store = await prepare()
    await writeTuples(wire(), store, anne)
    const bob = tuple("user:bob", "owner", "document:1")
    const carl = tuple("user:carl", "owner", "document:1")
    for (const change of [
      { writes: { tuple_keys: [bob, anne] } },
      { writes: { tuple_keys: [bob] }, deletes: { tuple_keys: [carl] } },
      { writes: { tuple_keys: [bob, { ...carl, relation: "nope" }] } },
      { writes: { tuple_keys: [bob] }, deletes: { tuple_keys: [anne, carl] } },
    ]) {
      expect((await wire().post(store.path("write"), change)).status).toBe(400)
    }
    expect(await readAll(store.path("read"))).toEqual([{ ...anne, condition: null }])
  })

  test("an existing tuple and a missing one are refused, or ignored where asked", async () => {
    const store = await prepare()
    await writeTuples(wire(), store, anne)
    const missing = tuple("user:bob", "owner", "document:1")
    const failed = { status: 400, body: { code: "write_failed_due_to_invalid_input" } }
    const write = (change: object) => wire().post(store.path("write"), change)
    expect(await write({ writes: { tuple_keys: [anne] } })).toMatchObject(failed)
    expect(await write({ writes: { tuple_keys: [anne], on_duplicate: "error" } })).toMatchObject(failed)
    expect(await write({ deletes: { tuple_keys: [missing] } })).toMatchObject(failed)
    expect(await write({ writes: { tuple_keys: [anne], on_duplicate: "ignore" } })).toMatchObject({
      status: 200,
    })
    expect(await write({ deletes: { tuple_keys: [missing], on_missing: "ignore" } })).toMatchObject({
      status: 200,
    })
    expect(await write({ writes: { tuple_keys: [anne], on_duplicate: "bogus" } })).toMatchObject({
      status: 400,
      body: { code: "validation_error" },
    })
    // What was ignored left no trace in the log.
    const changes = (await wire().get(store.path("changes"))).body as { changes: object[] }
    expect(changes.changes).toHaveLength(1)
  })

  test("an existing tuple under another condition is a conflict, even where duplicates are ignored", async () => {
    const store = await prepare()
    const key = tuple("user:bob", "editor", "document:1")
    await writeTuples(wire(), store, { ...key, condition: inOffice })
    const write = (tupleKey: object) =>
      wire().post(store.path("write"), { writes: { tuple_keys: [tupleKey], on_duplicate: "ignore" } })
    expect(await write({ ...key, condition: inOffice })).toMatchObject({ status: 200 })
    expect(await write(key)).toMatchObject({ status: 409, body: { code: "Aborted" } })
    expect(
      await write({ ...key, condition: { name: "from_office", context: { network: "home" } } }),
    ).toMatchObject({
      status: 409,
      body: { code: "Aborted" },
    })
  })

  test("deletes are not checked against the model, and free their key for a later write", async () => {
    const store = await prepare()
    await writeTuples(wire(), store, anne)
    await wire().post(store.path("authorization-models"), {
      schema_version: "1.1",
      type_definitions: [{ type: "other" }],
    })
    expect((await wire().post(store.path("write"), { deletes: { tuple_keys: [anne] } })).status).toBe(200)
    const again = { authorization_model_id: store.modelId, writes: { tuple_keys: [anne] } }
    expect((await wire().post(store.path("write"), again)).status).toBe(200)
  })

  test("a key in writes and deletes, or twice in one of them, is refused", async () => {
    const store = await prepare()
    await writeTuples(wire(), store, anne)
    const code = "cannot_allow_duplicate_tuples_in_one_request"
    for (const change of [
      { writes: { tuple_keys: [anne] }, deletes: { tuple_keys: [anne] } },
      { deletes: { tuple_keys: [anne, anne] } },
      {
        writes: {
          tuple_keys: [tuple("user:x", "owner", "document:1"), tuple("user:x", "owner", "document:1")],
        },
      },
    ]) {
      expect(await wire().post(store.path("write"), change)).toMatchObject({ status: 400, body: { code } })
    }
  })

  test("100 tuples are taken, 101 refused, counted over writes and deletes", async () => {
    const store = await prepare()
    const many = Array.from({ length: 101 }, (_, index) => tuple(`user:${index}`, "owner", "document:1"))
    const write = (change: object) => wire().post(store.path("write"), change)
    const over = { status: 400, body: { code: "exceeded_entity_limit" } }
    expect(await write({ writes: { tuple_keys: many } })).toMatchObject(over)
    expect((await write({ writes: { tuple_keys: many.slice(0, 100) } })).status).toBe(200)
    const mixed = { writes: { tuple_keys: many.slice(100) }, deletes: { tuple_keys: many.slice(0, 100) } }
    expect(await write(mixed)).toMatchObject(over)
  })

  describe("what the model does not allow", () => {
    test.each<[string, object]>([
      ["a relation that is not there", tuple("user:a", "nope", "document:1")],
      ["a type that is not there", tuple("user:a", "owner", "nope:1")],
      ["a user's type that is not there", tuple("nope:a", "owner", "document:1")],
      ["a type that the restriction does not name", tuple("group:a", "owner", "document:1")],
      ["everyone, where it is not named", tuple("user:*", "owner", "document:1")],
      ["a userset, where it is not named", tuple("group:a#member", "owner", "document:1")],
      ["a userset of a relation that is not there", tuple("group:a#nope", "viewer", "document:1")],
      ["a plain group, where its members are named", tuple("group:a", "viewer", "document:1")],
      ["a relation without direct types", tuple("user:a", "can_print", "document:1")],
      ["a userset as tupleset", tuple("folder:a#viewer", "parent", "document:1")],
      ["everyone as tupleset", tuple("folder:*", "parent", "document:1")],
      ["an object without id", tuple("user:a", "owner", "document:")],
      ["an object without type", tuple("user:a", "owner", "document")],
      ["every object", tuple("user:a", "owner", "document:*")],
      ["an object with two colons", tuple("user:a", "owner", "document:1:2")],
      ["a user with a space", tuple("user:a b", "owner", "document:1")],
      ["an object with a space at its end", tuple("user:a", "owner", "document:1 ")],
      ["a control character", tuple("user:a\u0000", "owner", "document:1")],
      ["an empty user", tuple("", "owner", "document:1")],
      ["a user over 512 bytes", tuple(`user:${"x".repeat(510)}`, "owner", "document:1")],
      ["an object over 256 characters", tuple("user:a", "owner", `document:${"x".repeat(250)}`)],
      ["an unknown condition", { ...tuple("user:a", "editor", "document:1"), condition: { name: "nope" } }],
      ["a condition where none is named", { ...anne, condition: inOffice }],
      [
        "a context parameter of another type",
        {
          ...tuple("user:a", "editor", "document:1"),
          condition: { name: "from_office", context: { level: "x" } },
        },
      ],
      [
        "a context parameter that the condition does not have",
        {
          ...tuple("user:a", "editor", "document:1"),
          condition: { name: "from_office", context: { other: 1 } },
        },
      ],
      [
        "a context over 32 KiB",
        {
          ...tuple("user:a", "editor", "document:1"),
          condition: { name: "from_office", context: { network: "x".repeat(32_769) } },
        },
      ],
      [
        "a context with a control character",
        {
          ...tuple("user:a", "editor", "document:1"),
          condition: { name: "from_office", context: { network: "a\u0001" } },
        },
      ],
      ["a group that is in itself by definition", tuple("group:a#member", "member", "group:a")],
      ["prototype names as type and relation", tuple("__proto__:a", "constructor", "toString:1")],
    ])("%s is 400 validation_error", async (_, key) => {
      const store = await prepareShared()
      const answer = await wire().post(store.path("write"), { writes: { tuple_keys: [key] } })
      expect(answer).toMatchObject({ status: 400, body: { code: "validation_error" } })
    })
  })

  test.each<[string, object, string]>([
    ["nothing", {}, "invalid_write_input"],
    ["empty writes", { writes: { tuple_keys: [] } }, "validation_error"],
    ["writes without tuples", { writes: {} }, "validation_error"],
    ["writes that are a list", { writes: [] }, "validation_error"],
    ["tuples that are no objects", { writes: { tuple_keys: ["x"] } }, "validation_error"],
    ["a user that is a number", { writes: { tuple_keys: [{ ...anne, user: 5 }] } }, "validation_error"],
    [
      "a delete of a malformed user",
      { deletes: { tuple_keys: [{ ...anne, user: "user:a b" }] } },
      "validation_error",
    ],
    [
      "a model that is not there",
      { authorization_model_id: unknownId, writes: { tuple_keys: [anne] } },
      "authorization_model_not_found",
    ],
    [
      "a malformed model id",
      { authorization_model_id: "x", writes: { tuple_keys: [anne] } },
      "validation_error",
    ],
  ])("a write of %s is refused", async (_, body, code) => {
    const store = await prepareShared()
    expect(await wire().post(store.path("write"), body)).toMatchObject({ status: 400, body: { code } })
  })

  test("ids that differ only in case, accents, width or composition are different tuples", async () => {
    const store = await prepare()
    const ids = ["anne", "Anne", "ANNE", "änne", "a\u0308nne", "ａnne", "anne\u00a0", "anne%20"]
    await writeTuples(wire(), store, ...ids.map((id) => tuple(`user:${id}`, "owner", "document:ids")))
    for (const id of ids) {
      const key = tuple(`user:${id}`, "owner", "document:ids")
      expect((await wire().post(store.path("check"), { tuple_key: key })).body).toMatchObject({
        allowed: true,
      })
      await wire().post(store.path("write"), { deletes: { tuple_keys: [key] } })
      const gone = await wire().post(store.path("check"), {
        tuple_key: key,
        consistency: "HIGHER_CONSISTENCY",
      })
      expect(gone.body).toMatchObject({ allowed: false })
    }
    expect(await readAll(store.path("read"))).toEqual([])
  })

  test("prototype names are ids like others", async () => {
    const store = await prepare()
    const ids = ["__proto__", "constructor", "toString", "hasOwnProperty"]
    await writeTuples(wire(), store, ...ids.map((id) => tuple(`user:${id}`, "owner", `document:${id}`)))
    for (const id of ids) {
      const ask = (user: string) =>
        wire().post(store.path("check"), { tuple_key: tuple(`user:${user}`, "viewer", `document:${id}`) })
      expect((await ask(id)).body).toMatchObject({ allowed: true })
      expect((await ask("other")).body).toMatchObject({ allowed: false })
    }
  })

  test("of writers of the same tuple at once exactly one succeeds", async () => {
    const store = await prepare()
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => wire().post(store.path("write"), { writes: { tuple_keys: [anne] } })),
    )
    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status !== 200 && status !== 400 && status !== 409)).toEqual([])
    const changes = (await wire().get(store.path("changes"))).body as { changes: object[] }
    expect(changes.changes).toHaveLength(1)
  })
}

/** Reading tuples. */
export function readContract(target: () => ContractTarget): void {
  const wire = () => createWire(target())
  const prepare = async () => {
    const store = await prepareStore(wire(), contractModel)
    await writeTuples(
      wire(),
      store,
      tuple("user:anne", "owner", "document:1"),
      tuple("user:anne", "blocked", "document:1"),
      tuple("user:anne", "owner", "document:10"),
      tuple("user:bob", "owner", "document:1"),
      tuple("user:anne", "owner", "folder:1"),
    )
    return store
  }
  const prepareShared = shared(prepare)
  type Read = {
    tuples: { key: { user: string; relation: string; object: string } }[]
    continuation_token: string
  }
  const show = (body: unknown) =>
    (body as Read).tuples.map(({ key }) => `${key.object}#${key.relation}@${key.user}`).sort()

  test.each<[string, object, string[]]>([
    ["an object", { object: "document:1" }, ["blocked@user:anne", "owner@user:anne", "owner@user:bob"]],
    [
      "an object and a relation",
      { object: "document:1", relation: "owner" },
      ["owner@user:anne", "owner@user:bob"],
    ],
    [
      "an object and a user",
      { object: "document:1", user: "user:anne" },
      ["blocked@user:anne", "owner@user:anne"],
    ],
    ["all three", { object: "document:1", relation: "owner", user: "user:bob" }, ["owner@user:bob"]],
    ["an unknown object", { object: "document:nope" }, []],
    ["an unknown type", { object: "nope:1" }, []],
  ])("by %s", async (_, key, expected) => {
    const store = await prepareShared()
    const answer = await wire().post(store.path("read"), { tuple_key: key })
    expect(answer.status).toBe(200)
    expect(show(answer.body)).toEqual(expected.map((rest) => `document:1#${rest}`))
  })

  test("by a type and a user, without other types and longer ids of the same beginning", async () => {
    const store = await prepareShared()
    const answer = await wire().post(store.path("read"), {
      tuple_key: { object: "document:", user: "user:anne" },
    })
    expect(show(answer.body)).toEqual([
      "document:1#blocked@user:anne",
      "document:1#owner@user:anne",
      "document:10#owner@user:anne",
    ])
  })

  test("everything, page by page, each tuple once, ending with an empty token", async () => {
    const store = await prepareShared()
    const seen: string[] = []
    let token = ""
    let pages = 0
    do {
      const page = await wire().post(store.path("read"), { page_size: 2, continuation_token: token })
      seen.push(...show(page.body))
      token = (page.body as Read).continuation_token
      pages++
    } while (token !== "")
    expect(pages).toBe(3)
    expect(new Set(seen).size).toBe(5)
  })

  test.each<[string, object, string]>([
    ["an empty key", { tuple_key: {} }, "validation_error"],
    ["a user alone", { tuple_key: { user: "user:anne" } }, "validation_error"],
    ["a type alone", { tuple_key: { object: "document:" } }, "validation_error"],
    [
      "an object without a colon",
      { tuple_key: { object: "document", user: "user:anne" } },
      "validation_error",
    ],
    ["a user without a type", { tuple_key: { object: "document:1", user: "anne" } }, "validation_error"],
    ["a page size of 0", { page_size: 0 }, "page_size_invalid"],
    ["a page size of 101", { page_size: 101 }, "page_size_invalid"],
    ["half a tuple a page", { page_size: 2.5 }, "validation_error"],
    ["a token of other characters", { continuation_token: "!" }, "validation_error"],
    ["a well-formed token that is junk", { continuation_token: "abcd" }, "invalid_continuation_token"],
  ])("%s is refused", async (_, body, code) => {
    const store = await prepareShared()
    expect(await wire().post(store.path("read"), body)).toMatchObject({ status: 400, body: { code } })
  })

  test("a page size may be text, and an absent or null key reads all", async () => {
    const store = await prepareShared()
    for (const size of ["2.0", "2e0"])
      expect((await wire().post(store.path("read"), { page_size: size })).status).toBe(200)
    const page = await wire().post(store.path("read"), { page_size: "2", tuple_key: null })
    expect(show(page.body)).toHaveLength(2)
  })
}
