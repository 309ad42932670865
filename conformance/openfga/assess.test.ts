import { expect, test } from "vitest"
import { assess } from "./assess.ts"
import { evaluatorSubject } from "./evaluator-subject.ts"
import type { BatchAssertion, CheckAssertion } from "./scenario.ts"
import type { Outcome, SubjectStore } from "./subject.ts"

const key = { user: "user:anne", relation: "viewer", object: "document:1" }
const asked = { ...key, contextualTuples: [], context: undefined }
const check: CheckAssertion = { kind: "check", ...asked, line: 1, expected: { answer: false } }
const batch: BatchAssertion = {
  kind: "batch_check",
  line: 1,
  items: [{ ...asked, id: "a" }],
  expected: new Map([["a", { answer: false }]]),
}

/** The evaluator with nobody allowed anything, and a batch that comes to this. */
async function storeWith(outcome: Outcome<ReadonlyMap<string, Outcome<boolean>>>): Promise<SubjectStore> {
  const store = await evaluatorSubject.createStore("batches")
  await store.writeModel({
    schema_version: "1.1",
    type_definitions: [
      { type: "user" },
      {
        type: "document",
        relations: { viewer: { this: {} } },
        metadata: { relations: { viewer: { directly_related_user_types: [{ type: "user" }] } } },
      },
    ],
  })
  return { ...store, batchCheck: async () => outcome }
}

test("a batch that answers as the check does is no problem", async () => {
  const store = await storeWith({
    answer: new Map([
      ["1", { answer: false }],
      ["a", { answer: false }],
    ]),
  })
  expect(await assess(store, check, [])).toEqual([])
  expect(await assess(store, batch, [])).toEqual([])
})

test("a batch that leaves a question without an answer is one", async () => {
  const store = await storeWith({ answer: new Map() })
  expect(await assess(store, check, [])).toEqual([{ form: "batch check", got: "no answer" }])
  expect(await assess(store, batch, [])).toEqual([{ form: "batch check a", got: "no answer" }])
})

test("a batch that is refused as a whole is the refusal of a single question, and denies no other", async () => {
  const store = await storeWith({ errorCode: 2000 })
  const got = "validation_error (2000)"
  expect(await assess(store, check, [])).toEqual([{ form: "batch check", got }])
  expect(await assess(store, batch, [])).toEqual([{ form: "batch check", got }])
  const refused = { ...check, user: "", expected: { errorCode: 2000 } }
  expect(await assess(store, refused, [])).toEqual([])
})
