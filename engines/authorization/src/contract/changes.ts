import { expect, test } from "vitest"
import { contractModel } from "./model.ts"
import { type ContractTarget, createWire, prepareStore, shared, tuple, writeTuples } from "./wire.ts"

interface Changes {
  readonly changes: { tuple_key: { user: string; object: string }; operation: string; timestamp: string }[]
  readonly continuation_token: string
}

/** The log of changes. */
export function changesContract(target: () => ContractTarget): void {
  const wire = () => createWire(target())
  const prepare = () => prepareStore(wire(), contractModel)
  const prepareShared = shared(prepare)

  test("changes come oldest first, deletes of a request before its writes", async () => {
    const store = await prepare()
    const anne = tuple("user:anne", "owner", "document:1")
    const bob = tuple("user:bob", "owner", "document:1")
    await writeTuples(wire(), store, anne)
    await wire().post(store.path("write"), { writes: { tuple_keys: [bob] }, deletes: { tuple_keys: [anne] } })
    const { changes } = (await wire().get(store.path("changes"))).body as Changes
    expect(changes.map(({ operation, tuple_key }) => [operation, tuple_key.user])).toEqual([
      ["TUPLE_OPERATION_WRITE", "user:anne"],
      ["TUPLE_OPERATION_DELETE", "user:anne"],
      ["TUPLE_OPERATION_WRITE", "user:bob"],
    ])
    expect(changes[1]).toEqual({
      tuple_key: { ...anne, condition: null },
      operation: "TUPLE_OPERATION_DELETE",
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
    })
  })

  test("the token never ends: at the end the same one comes back, and resumes with what comes later", async () => {
    const store = await prepare()
    await writeTuples(
      wire(),
      store,
      tuple("user:1", "owner", "document:1"),
      tuple("user:2", "owner", "document:1"),
    )
    const first = (await wire().get(store.path("changes?page_size=1"))).body as Changes
    const next = async (token: string) =>
      (await wire().get(store.path(`changes?continuation_token=${encodeURIComponent(token)}`)))
        .body as Changes
    const second = await next(first.continuation_token)
    expect(second.changes.map(({ tuple_key }) => tuple_key.user)).toEqual(["user:2"])
    const end = await next(second.continuation_token)
    expect(end).toEqual({ changes: [], continuation_token: second.continuation_token })
    await writeTuples(wire(), store, tuple("user:3", "owner", "document:1"))
    const resumed = await next(end.continuation_token)
    expect(resumed.changes.map(({ tuple_key }) => tuple_key.user)).toEqual(["user:3"])
  })

  test("a type narrows the log and is bound into its token", async () => {
    const store = await prepare()
    await writeTuples(
      wire(),
      store,
      tuple("user:1", "owner", "folder:1"),
      tuple("user:2", "owner", "document:1"),
      tuple("user:3", "owner", "document:2"),
    )
    const page = (await wire().get(store.path("changes?type=document&page_size=1"))).body as Changes
    expect(page.changes.map(({ tuple_key }) => tuple_key.object)).toEqual(["document:1"])
    const token = encodeURIComponent(page.continuation_token)
    for (const query of [`continuation_token=${token}`, `type=folder&continuation_token=${token}`]) {
      expect(await wire().get(store.path(`changes?${query}`))).toMatchObject({
        status: 400,
        body: { code: "query_string_type_continuation_token_mismatch" },
      })
    }
    const rest = (await wire().get(store.path(`changes?type=document&continuation_token=${token}`)))
      .body as Changes
    expect(rest.changes.map(({ tuple_key }) => tuple_key.object)).toEqual(["document:2"])
  })

  test("start_time leaves out what was before it, and the token goes on from there", async () => {
    const store = await prepare()
    await writeTuples(wire(), store, tuple("user:1", "owner", "document:1"))
    await new Promise((resolve) => setTimeout(resolve, 100))
    await writeTuples(wire(), store, tuple("user:2", "owner", "document:1"))
    await writeTuples(wire(), store, tuple("user:3", "owner", "document:1"))
    const all = (await wire().get(store.path("changes"))).body as Changes
    // The real server orders its log by its own clock and shows the database's, which may be a moment later.
    const between = new Date(Date.parse(all.changes[1]?.timestamp ?? "") - 50)
    const start = encodeURIComponent(between.toISOString())
    const page = (await wire().get(store.path(`changes?start_time=${start}&page_size=1`))).body as Changes
    expect(page.changes.map(({ tuple_key }) => tuple_key.user)).toEqual(["user:2"])
    const token = encodeURIComponent(page.continuation_token)
    const rest = (await wire().get(store.path(`changes?start_time=${start}&continuation_token=${token}`)))
      .body as Changes
    expect(rest.changes.map(({ tuple_key }) => tuple_key.user)).toEqual(["user:3"])
  })

  test.each([
    ["page_size=0", "validation_error"],
    ["page_size=101", "page_size_invalid"],
    ["type=a:b", "type_invalid_pattern"],
    ["start_time=2100-01-01T00:00:00Z", "validation_error"],
    ["start_time=yesterday", "validation_error"],
    ["start_time=", "validation_error"],
    ["continuation_token=abcd", "invalid_continuation_token"],
    ["continuation_token=!", "validation_error"],
  ])("?%s is refused", async (query, code) => {
    const store = await prepareShared()
    expect(await wire().get(store.path(`changes?${query}`))).toMatchObject({ status: 400, body: { code } })
  })

  test("an empty log and an unknown type are empty pages", async () => {
    const store = await prepare()
    expect((await wire().get(store.path("changes"))).body).toEqual({ changes: [], continuation_token: "" })
    expect((await wire().get(store.path("changes?type=nope"))).body).toEqual({
      changes: [],
      continuation_token: "",
    })
  })
}
