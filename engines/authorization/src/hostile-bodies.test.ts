import fc from "fast-check"
import { afterAll, beforeAll, expect, test } from "vitest"
import { contractModel } from "./contract/model.ts"
import { preparePopulatedStore } from "./contract/populated-store.ts"
import { createWire, type PreparedStore, type Wire } from "./contract/wire.ts"
import { startTestEngine, type TestEngine } from "./testing/start-test-engine.ts"

let engine: TestEngine
let wire: Wire
let store: PreparedStore
beforeAll(async () => {
  engine = await startTestEngine()
  wire = createWire(engine)
  store = await preparePopulatedStore(wire)
})
afterAll(() => engine.close())

const ids = [
  "user:anne",
  "user:*",
  "group:inner#member",
  "document:1",
  "folder:1",
  "user:",
  ":",
  "#",
  "a:b:c",
  "*",
]
const names = [
  "owner",
  "viewer",
  "editor",
  "parent",
  "nope",
  "__proto__",
  "constructor",
  "from_office",
  "",
  "a b",
]
/** Text that means something to the wire, or to a database, a regular expression or a prototype, or nothing. */
const text = fc.oneof(
  fc.constantFrom(...ids, ...names, "\u0000", "ￗ", "'; drop table x; --", "%", "x".repeat(600)),
  fc.string({ unit: "grapheme", maxLength: 12 }),
)
const anything = fc.oneof({ weight: 3, arbitrary: text }, fc.jsonValue({ maxDepth: 3 }))
const key = fc.oneof(
  fc.record({ user: text, relation: text, object: text }, { requiredKeys: [] }),
  fc.record(
    { user: anything, relation: anything, object: anything, condition: anything },
    { requiredKeys: [] },
  ),
  fc.record({
    user: text,
    relation: text,
    object: text,
    condition: fc.record({ name: text, context: fc.dictionary(text, anything) }),
  }),
  anything,
)
const keys = fc.oneof(fc.record({ tuple_keys: fc.array(key, { maxLength: 3 }) }), anything)
const body = fc.record(
  {
    tuple_key: key,
    contextual_tuples: fc.oneof(keys, fc.array(key, { maxLength: 2 })),
    context: fc.oneof(fc.dictionary(text, anything), anything),
    consistency: anything,
    writes: keys,
    deletes: keys,
    checks: fc.oneof(
      fc.array(fc.record({ tuple_key: key, correlation_id: text }), { maxLength: 3 }),
      anything,
    ),
    type: text,
    relation: text,
    user: text,
    object: fc.oneof(fc.record({ type: text, id: text }), anything),
    user_filters: fc.oneof(fc.array(fc.record({ type: text, relation: text }), { maxLength: 2 }), anything),
    page_size: anything,
    continuation_token: anything,
    name: anything,
    schema_version: fc.oneof(fc.constantFrom("1.1", "1.2"), anything),
    type_definitions: fc.oneof(
      fc.array(fc.oneof(fc.constantFrom(...contractModel.type_definitions), anything), { maxLength: 4 }),
      anything,
    ),
    conditions: fc.oneof(
      fc.dictionary(
        text,
        fc.record({ name: text, expression: text, parameters: fc.dictionary(text, anything) }),
      ),
      anything,
    ),
  },
  { requiredKeys: [] },
)

test.each([
  "check",
  "batch-check",
  "write",
  "read",
  "list-objects",
  "streamed-list-objects",
  "list-users",
  "expand",
  "authorization-models",
])(
  "%s answers any body with success or a mistake of the caller's, never with its own failure",
  async (operation) => {
    const seen = new Set<number>()
    await fc.assert(
      fc.asyncProperty(body, async (given) => {
        const answer = await wire.post(store.path(operation), given)
        seen.add(answer.status)
        expect([200, 201, 400, 409]).toContain(answer.status)
      }),
      { numRuns: 120 },
    )
    expect(seen).toContain(400)
  },
)
