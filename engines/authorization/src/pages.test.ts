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
import { maximumModelPageBytes } from "./wire/limits.ts"

let engine: TestEngine
let wire: Wire
beforeAll(async () => {
  engine = await startTestEngine()
  wire = createWire(engine)
})
afterAll(() => engine.close())

interface Page {
  readonly tuples: { readonly key: { readonly user: string } }[]
  readonly continuation_token: string
}

const count = 2_450

async function prepareMany(): Promise<PreparedStore> {
  const store = await prepareStore(wire, contractModel)
  for (let start = 0; start < count; start += 70) {
    const keys = Array.from({ length: 70 }, (_, index) =>
      tuple(`user:${start + index}`, "owner", "document:1"),
    )
    await writeTuples(wire, store, ...keys)
  }
  return store
}

const readPage = async (over: Wire, store: PreparedStore, token: string, rest: object = {}) => {
  const answer = await over.post(store.path("read"), { page_size: 50, continuation_token: token, ...rest })
  return answer.body as Page
}
const usersOf = (page: Page) => page.tuples.map(({ key }) => key.user)

/** Every user of the list, page after page, by two readers that take turns and one that comes later. */
async function readAll(store: PreparedStore, rest: object = {}): Promise<string[]> {
  const users: string[] = []
  let token = ""
  do {
    const page = await readPage(wire, store, token, rest)
    users.push(...usersOf(page))
    token = page.continuation_token
  } while (token !== "")
  return users
}

test("pages that were read ahead bring every tuple once and in order, to several readers at once, filtered or not", async () => {
  const store = await prepareMany()
  const all = Array.from({ length: count }, (_, index) => `user:${index}`)
  const filter = { tuple_key: { object: "document:1" } }
  const lists = await Promise.all([readAll(store), readAll(store), readAll(store, filter)])
  for (const users of lists) expect(users).toEqual(all)
})

test("pages of tuples with conditions, which are not read ahead, bring every tuple once and in order", async () => {
  const store = await prepareStore(wire, contractModel)
  const condition = { name: "from_office", context: {} }
  for (let start = 0; start < 300; start += 100)
    await writeTuples(
      wire,
      store,
      ...Array.from({ length: 100 }, (_, index) => ({
        ...tuple(`user:${start + index}`, "editor", "document:1"),
        condition,
      })),
    )
  expect(await readAll(store)).toEqual(Array.from({ length: 300 }, (_, index) => `user:${index}`))
})

test("a page that was read ahead knows every write acknowledged before it, also another process's", async () => {
  const other = createWire({ url: (await engine.another()).url, credential: engine.credential })
  const store = await prepareMany()
  const remove = (user: string) =>
    wire.post(store.path("write"), { deletes: { tuple_keys: [tuple(user, "owner", "document:1")] } })
  const first = await readPage(other, store, "")
  const second = await readPage(other, store, first.continuation_token)
  // The third page has been read ahead; its first tuple goes, and then one of what is read ahead after that.
  await remove("user:100")
  const third = await readPage(other, store, second.continuation_token)
  expect(usersOf(third)[0]).toBe("user:101")
  const fourth = await readPage(other, store, third.continuation_token)
  await remove("user:201")
  expect(usersOf(await readPage(other, store, fourth.continuation_token))[0]).toBe("user:202")
})

test("what this process wrote itself is in the next page, whatever was read ahead", async () => {
  const store = await prepareMany()
  const first = await readPage(wire, store, "")
  const second = await readPage(wire, store, first.continuation_token)
  const gone = tuple("user:100", "owner", "document:1")
  await wire.post(store.path("write"), { deletes: { tuple_keys: [gone] } })
  expect(usersOf(await readPage(wire, store, second.continuation_token))[0]).toBe("user:101")
})

test("the last page is read when it is asked for", async () => {
  const store = await prepareStore(wire, contractModel)
  const keys = Array.from({ length: 100 }, (_, index) => tuple(`user:${index}`, "owner", "document:1"))
  await writeTuples(wire, store, ...keys)
  let page = await readPage(wire, store, "", { page_size: 40 })
  page = await readPage(wire, store, page.continuation_token, { page_size: 40 })
  await writeTuples(wire, store, tuple("user:late", "owner", "document:1"))
  page = await readPage(wire, store, page.continuation_token, { page_size: 40 })
  expect(usersOf(page).at(-1)).toBe("user:late")
})

test("a store that is deleted between two pages is refused, also by another process", async () => {
  const store = await prepareMany()
  const other = createWire({ url: (await engine.another()).url, credential: engine.credential })
  const second = async (over: Wire) =>
    readPage(over, store, (await readPage(over, store, "")).continuation_token)
  const tokens = [await second(wire), await second(other)].map((page) => page.continuation_token)
  await wire.delete(`/stores/${store.store}`)
  const next = async (over: Wire, token: string | undefined) =>
    (await over.post(store.path("read"), { page_size: 50, continuation_token: token })).status
  expect(await next(wire, tokens[0])).toBe(404)
  expect(await next(other, tokens[1])).toBe(404)
})

test("a page of models ends where they have become large, and brings every model once, newest first", async () => {
  const relations = Array.from({ length: 8_000 }, (_, index) => `relation-${index}`)
  const large = {
    schema_version: "1.1",
    type_definitions: [
      { type: "user" },
      {
        type: "document",
        relations: { viewer: { union: { child: relations.map(() => ({ this: {} })) } } },
        metadata: {
          relations: { viewer: { directly_related_user_types: relations.map(() => ({ type: "user" })) } },
        },
      },
    ],
  }
  const store = await prepareStore(wire, large)
  const written = [store.modelId]
  const bytes = Buffer.byteLength(JSON.stringify(large))
  for (let count = 1; count * bytes < 1.5 * maximumModelPageBytes; count++) {
    const answer = await wire.post(store.path("authorization-models"), large)
    written.push((answer.body as { authorization_model_id: string }).authorization_model_id)
  }
  const pages: string[][] = []
  let token = ""
  do {
    const query = `page_size=100&continuation_token=${encodeURIComponent(token)}`
    const { body } = await wire.get(store.path(`authorization-models?${query}`))
    const page = body as { authorization_models: { id: string }[]; continuation_token: string }
    pages.push(page.authorization_models.map(({ id }) => id))
    token = page.continuation_token
  } while (token !== "")
  expect(pages.length).toBeGreaterThan(1)
  expect(pages.flat()).toEqual(written.reverse())
})
