import { compileModel, createEvaluator, createTupleStore } from "@gatehouse/rebac"
import { beforeAll, describe, expect, test } from "vitest"
import { checkInMemory, listObjectsInMemory } from "./answer-from-memory.ts"

const model = compileModel({
  schema_version: "1.1",
  type_definitions: [
    { type: "user" },
    {
      type: "group",
      relations: { member: { this: {} } },
      metadata: {
        relations: {
          member: { directly_related_user_types: [{ type: "user" }, { type: "group", relation: "member" }] },
        },
      },
    },
    {
      type: "document",
      relations: { viewer: { this: {} }, blocked: { this: {} }, reads: computedDifference() },
      metadata: {
        relations: {
          viewer: {
            directly_related_user_types: [
              { type: "user" },
              { type: "user", condition: "late" },
              { type: "group", relation: "member" },
            ],
          },
          blocked: { directly_related_user_types: [{ type: "user" }] },
        },
      },
    },
  ],
  conditions: {
    late: {
      name: "late",
      expression: "hour > 20",
      parameters: { hour: { type_name: "TYPE_NAME_INT" } },
    },
  },
})

function computedDifference() {
  const part = (relation: string) => ({ computedUserset: { relation } })
  return { difference: { base: part("viewer"), subtract: part("blocked") } }
}

const store = createTupleStore()
const evaluator = createEvaluator(model, store)
const question = { user: "user:ann", relation: "viewer", object: "document:1" }

const refusal = (ask: () => unknown) => {
  try {
    return ask()
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe("a refusal has the remote authorizer's code", () => {
  test.each([
    ["an unknown type", { ...question, object: "planet:1" }, "openfga.query_refused"],
    ["an unknown relation", { ...question, relation: "flies" }, "openfga.query_refused"],
    ["a malformed user", { ...question, user: "ann" }, "openfga.query_refused"],
    ["a user of 513 bytes", { ...question, user: `user:${"é".repeat(254)}` }, "openfga.query_refused"],
    [
      "an object of 257 letters",
      { ...question, object: `document:${"x".repeat(248)}` },
      "openfga.query_refused",
    ],
    [
      "101 contextual tuples",
      { ...question, contextualTuples: new Array(101).fill(question) },
      "openfga.query_refused",
    ],
    [
      "a contextual tuple that the model refuses",
      { ...question, contextualTuples: [{ ...question, user: "planet:1" }] },
      "openfga.query_refused",
    ],
    ["a context that is no JSON", { ...question, context: { hour: 5n } }, "authz.unavailable"],
  ])("%s", (_, query, code) => {
    expect(refusal(() => checkInMemory(evaluator, query))).toBe(code)
  })

  test("a condition that lacks its parameter", () => {
    store.write({ writes: [{ ...question, user: "user:dora", condition: { name: "late" } }] })
    expect(refusal(() => checkInMemory(evaluator, { ...question, user: "user:dora" }))).toBe(
      "openfga.query_refused",
    )
  })

  test("what is deeper than the evaluator goes is no decision", () => {
    const member = (user: string, group: number) => ({ user, relation: "member", object: `group:${group}` })
    for (let depth = 0; depth < 40; depth++)
      store.write({ writes: [member(`group:${depth + 1}#member`, depth)] })
    store.write({ writes: [member("user:deep", 40), { ...question, user: "group:0#member" }] })
    expect(refusal(() => checkInMemory(evaluator, { ...question, user: "user:deep" }))).toBe(
      "authz.unavailable",
    )
  })
})

test("a context is what JSON makes of it, as on the wire", () => {
  store.write({ writes: [{ ...question, user: "user:eve", condition: { name: "late" } }] })
  const hour = { toJSON: () => 21 }
  expect(checkInMemory(evaluator, { ...question, user: "user:eve", context: { hour } })).toEqual({
    allowed: true,
  })
})

describe("a list that is more work than the evaluator does at once", () => {
  const wide = { user: "user:wide", relation: "reads", type: "document" }
  const documents = 30_000
  beforeAll(() => {
    for (let document = 0; document < documents; document++)
      store.write({ writes: [{ user: wide.user, relation: "viewer", object: `document:w${document}` }] })
  })

  test("is whole, and others have their turn between its parts", async () => {
    let turns = 0
    const { objects, complete } = await listObjectsInMemory(evaluator, wide, () => {
      turns++
      return true
    })
    expect({ complete, objects: new Set(objects).size }).toEqual({ complete: true, objects: documents })
    expect(turns).toBeGreaterThan(0)
  })

  test("says that it is not whole where memory is no longer current in between", async () => {
    const { objects, complete } = await listObjectsInMemory(evaluator, wide, () => false)
    expect(complete).toBe(false)
    expect(objects.length).toBeGreaterThan(0)
    expect(objects.length).toBeLessThan(documents)
  })
})
