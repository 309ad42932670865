import { afterAll, beforeAll, expect, test } from "vitest"
import {
  createWire,
  type PreparedStore,
  prepareStore,
  tuple,
  type Wire,
} from "../../engines/authorization/src/contract/wire.ts"
import {
  startTestEngine,
  type TestEngine,
} from "../../engines/authorization/src/testing/start-test-engine.ts"
import { modelOf } from "../support/authorization/decider.ts"

let engine: TestEngine
let wire: Wire
let store: PreparedStore
beforeAll(async () => {
  engine = await startTestEngine()
  wire = createWire(engine)
  const model = modelOf(`
type user
type document
  relations
    define viewer: [user, user with dear]
condition dear(l: list<int>, x: double) {
  l.all(a, l.all(b, a + b >= 0)) && x > 5.0
}
`)
  store = await prepareStore(wire, model)
  const conditional = { ...tuple("user:c", "viewer", "document:1"), condition: { name: "dear" } }
  await wire.post(store.path("write"), {
    writes: { tuple_keys: [tuple("user:a", "viewer", "document:1"), conditional] },
  })
})
afterAll(() => engine.close())

const allowed = tuple("user:a", "viewer", "document:1")
const denied = tuple("user:b", "viewer", "document:1")
const post = (operation: string, body: string) => wire.raw("POST", store.path(operation), body)
const asking = (rest: string) => post("check", `{"tuple_key":${JSON.stringify(allowed)}${rest}}`)
const checks = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ correlation_id: `c${index}`, tuple_key: denied }))

test.each([
  ["opens lists without end", "[".repeat(600_000)],
  ["opens messages without end", '{"a":'.repeat(100_000)],
  [
    "nests a context beyond any reader",
    `{"tuple_key":${JSON.stringify(allowed)},"context":{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`,
  ],
  [
    "nests a member that nobody reads",
    `{"zzz":${"[".repeat(200_000)}${"]".repeat(200_000)},"tuple_key":${JSON.stringify(allowed)}}`,
  ],
  ["holds one string of quotes and backslashes", `{"tuple_key":"${'\\\\\\"'.repeat(150_000)}`],
  [
    "is larger than the wire takes",
    `{"tuple_key":${JSON.stringify(allowed)},"context":{"a":"${"x".repeat(700_000)}"}}`,
  ],
])("a body that %s is refused, soon", async (_name, body) => {
  const before = process.threadCpuUsage()
  const answer = await post("check", body)
  expect([400, 500]).toContain(answer.status)
  expect(["validation_error", "resource_exhausted"]).toContain(
    (answer.body as { readonly code: string }).code,
  )
  expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(1_000)
})

test("a question that says the same thing twice is refused: nobody can take the one copy and check the other", async () => {
  expect((await asking("")).body).toMatchObject({ allowed: true })
  for (const rest of [
    `,"tuple_key":${JSON.stringify(denied)}`,
    `,"\\u0074uple_key":${JSON.stringify(denied)}`,
    ',"context":{"a":1,"a":2}',
    ',"context":{"a":{"b":1,"b":2}}',
  ])
    expect((await asking(rest)).body).toMatchObject({ code: "validation_error" })
  const twice = await post(
    "check",
    '{"tuple_key":{"user":"user:b","user":"user:a","relation":"viewer","object":"document:1"}}',
  )
  expect(twice.body).toMatchObject({ code: "validation_error" })
})

test("a number that no double holds is refused, and is not larger than any", async () => {
  const ask = (x: string) =>
    post(
      "check",
      `{"tuple_key":{"user":"user:c","relation":"viewer","object":"document:1"},"context":{"l":[1],"x":${x}}}`,
    )
  expect((await ask("6")).body).toMatchObject({ allowed: true })
  expect((await ask("1e308")).body).toMatchObject({ allowed: true })
  expect((await ask("1e400")).status).toBe(400)
})

test("more checks in a batch than the wire allows are refused before the first, however many", async () => {
  expect((await wire.post(store.path("batch-check"), { checks: checks(50) })).status).toBe(200)
  for (const count of [51, 5_000])
    expect((await wire.post(store.path("batch-check"), { checks: checks(count) })).body).toMatchObject({
      code: "validation_error",
    })
})

test("answers of a batch go to their own question, whatever it is called", async () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "0", "-"]
  const asked = names.map((name, index) => ({
    correlation_id: name,
    tuple_key: index % 2 === 0 ? allowed : denied,
  }))
  const { body } = await wire.post(store.path("batch-check"), { checks: asked })
  const { result } = body as { readonly result: Readonly<Record<string, unknown>> }
  expect(Object.keys(result).sort()).toEqual(names.toSorted())
  for (const [index, name] of names.entries())
    expect(Object.getOwnPropertyDescriptor(result, name)?.value).toEqual({ allowed: index % 2 === 0 })
  const twice = [...asked, { correlation_id: "__proto__", tuple_key: denied }]
  expect((await wire.post(store.path("batch-check"), { checks: twice })).status).toBe(400)
})

test("while a batch of dear questions is answered, others are", async () => {
  const context = { l: Array.from({ length: 90 }, () => 1), x: 6 }
  const dear = checks(50).map((one) => ({ ...one, tuple_key: { ...denied, user: "user:c" }, context }))
  let isDone = false
  const batches = Promise.all(
    [1, 2, 3].map(() => wire.post(store.path("batch-check"), { checks: dear })),
  ).finally(() => {
    isDone = true
  })
  let answers = 0
  while (!isDone) {
    expect((await asking("")).body).toMatchObject({ allowed: true })
    answers += 1
  }
  for (const { body } of await batches)
    expect((body as { readonly result: object }).result).toMatchObject({ c49: { allowed: true } })
  expect(answers).toBeGreaterThan(10)
})
