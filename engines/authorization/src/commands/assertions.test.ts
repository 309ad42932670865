import { compileModel } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { type Assertion, assertFit } from "./assertions.ts"

test("others have their turn before each assertion that is looked at", async () => {
  const documents = {
    type: "document",
    relations: { viewer: { this: {} } },
    metadata: { relations: { viewer: { directly_related_user_types: [{ type: "user" }] } } },
  }
  const model = compileModel({ schema_version: "1.1", type_definitions: [{ type: "user" }, documents] })
  const assertions = Array.from({ length: 100 }, (_, index): Assertion => {
    const question = { user: `user:${index}`, relation: "viewer", object: "document:1" }
    return { question, expectation: true, contextualTuples: [], context: null }
  })
  let going = true
  let turns = 0
  const turn = () => {
    turns++
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  await assertFit(model, assertions)
  going = false
  expect(turns).toBeGreaterThanOrEqual(100)
})
