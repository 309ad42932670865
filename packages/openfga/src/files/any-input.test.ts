import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { isGatehouseError } from "@gatehouse/kernel"
import fc from "fast-check"
import { expect, test } from "vitest"
import { readModelFile } from "./read-model.ts"
import { readStoreFile } from "./read-store.ts"
import { readTupleFile } from "./read-tuples.ts"
import { writeFiles } from "./testing/write-files.ts"

/** A change is judged by the same cases as the one before it. */
const parameters = { numRuns: 150, seed: 20_261_122 }

const store = `name: Docs
model: |
  model
    schema 1.1
  type user
  type doc
    relations
      define viewer: [user, user with low] or viewer from parent
      define parent: [doc]
  condition low(x: int) {
    x < 10
  }
tuples:
  - {user: user:anne, relation: viewer, object: doc:1, condition: {name: low, context: {x: 5}}}
tests:
  - name: a
    check: [{users: [user:anne], object: doc:1, assertions: {viewer: true}}]
    list_objects: [{user: user:anne, type: doc, assertions: {viewer: [doc:1]}}]
    list_users: [{object: doc:1, user_filter: [{type: user}], assertions: {viewer: {users: [user:anne]}}}]
`
const modelText = store
  .split("\n")
  .slice(2, 12)
  .map((line) => line.slice(2))
  .join("\n")
const csv = `user_type,user_id,user_relation,relation,object_type,object_id,condition_name,condition_context
user,anne,,viewer,doc,1,low,"{""x"": 5}"
`
const json = JSON.stringify({
  schema_version: "1.1",
  type_definitions: [{ type: "user" }, { type: "doc", relations: { a: { this: {} } }, metadata: null }],
})
const jsonLines = `{"user":"user:anne","relation":"viewer","object":"doc:1"}\n`

/** A good text with one stretch of it taken out and something else put in. */
function damaged(text: string): fc.Arbitrary<string> {
  const put = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom(
      "\n",
      '"',
      "'",
      "{",
      "[",
      "]",
      "}",
      ":",
      "- ",
      "&a ",
      "*a",
      "<<: ",
      "|",
      "#",
      ",",
      "\u0000",
      "\uFEFF",
      "(",
      "null",
      "1e999",
      "__proto__",
      "constructor: ",
    ),
  )
  return fc
    .tuple(fc.nat(text.length), fc.nat(12), put)
    .map(([from, length, content]) => text.slice(0, from) + content + text.slice(from + length))
}

test.each([
  ["s.fga.yaml", store, readStoreFile],
  ["m.fga", modelText, readModelFile],
  ["m.json", json, readModelFile],
  ["t.csv", csv, readTupleFile],
  ["t.jsonl", jsonLines, readTupleFile],
  ["t.yaml", `- ${jsonLines}`, readTupleFile],
] as const)(
  "whatever stands in %s, it is read or refused by name, never by another error",
  (name, good, read) => {
    const file = join(writeFiles({ [name]: good }), name)
    expect(() => read(file)).not.toThrow()
    let refused = 0
    fc.assert(
      fc.property(
        fc.oneof({ weight: 5, arbitrary: damaged(good) }, { weight: 1, arbitrary: fc.string() }),
        (content) => {
          writeFileSync(file, content)
          try {
            read(file)
          } catch (error) {
            if (!isGatehouseError(error) || !error.code.startsWith("openfga.file_")) throw error
            expect(error.publicMessage).toContain(name)
            refused++
          }
        },
      ),
      parameters,
    )
    expect(refused).toBeGreaterThan(0)
  },
  60_000,
)
