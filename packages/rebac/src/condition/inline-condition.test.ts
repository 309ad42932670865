import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import { describe, expect, test } from "vitest"
import type { AuthorizationModel } from "../authorization-model.ts"
import { createEvaluator } from "../create-evaluator.ts"
import { compileModel } from "../model/compiled-model.ts"
import { validateTuple } from "../model/validate-tuple.ts"
import type { RelationshipTuple } from "../relationship-tuple.ts"
import { createTupleStore } from "../store/tuple-store.ts"

const model: AuthorizationModel = {
  schema_version: "1.1",
  type_definitions: [
    { type: "user" },
    {
      type: "document",
      relations: { viewer: { this: {} }, editor: { this: {} } },
      metadata: {
        relations: {
          viewer: { directly_related_user_types: [{ type: "user", condition: "$expression" }] },
          editor: { directly_related_user_types: [{ type: "user" }] },
        },
      },
    },
  ],
}
const compiled = compileModel(model)

const tupleOf = (context: Record<string, unknown> | undefined, relation = "viewer"): RelationshipTuple => ({
  user: "user:anne",
  relation,
  object: "document:1",
  condition: { name: "$expression", ...(context === undefined ? {} : { context }) },
})

function check(contexts: Record<string, unknown>, context?: Record<string, unknown>): boolean {
  const tuples = createTupleStore()
  tuples.write({ writes: [tupleOf(contexts)] })
  const question = { user: "user:anne", relation: "viewer", object: "document:1" }
  return createEvaluator(compiled, tuples).check({ ...question, context }).allowed
}

describe("a tuple that brings its own expression", () => {
  test.each([
    [{ expression: "channel == 'x'" }, { channel: "x" }, true],
    [{ expression: "channel == 'x'" }, { channel: "y" }, false],
    [{ expression: "true" }, { other: 1 }, true],
    [{ expression: "level >= 3", parameters: { level: "int" } }, { level: 3 }, true],
    [{ expression: "level >= 3", parameters: { level: "int" } }, { level: 2 }, false],
    [
      { expression: "ids.exists(id, id == me)", parameters: { ids: "list<string>" } },
      { ids: ["a"], me: "a" },
      true,
    ],
    [{ expression: "ip.in_cidr('10.0.0.0/8')", parameters: { ip: "ipaddress" } }, { ip: "10.1.2.3" }, true],
  ])("%j with %j is %s", (expression, context, allowed) => {
    expect(validateTuple(compiled, tupleOf(expression))).toBeUndefined()
    expect(check(expression, context)).toBe(allowed)
  })

  test("fails the question where a value is missing, and its own context is no value", () => {
    const failed = expect.objectContaining({ code: "rebac.condition_failed" })
    expect(() => check({ expression: "channel == 'x'" })).toThrow(failed)
    expect(() => check({ expression: "parameters == 'x'", parameters: {} })).toThrow(failed)
    expect(check({ expression: "parameters == 'x'", parameters: {} }, { parameters: "x" })).toBe(true)
  })

  test.each<[string, Record<string, unknown> | undefined]>([
    ["no context", undefined],
    ["no expression", {}],
    ["an empty expression", { expression: "" }],
    ["an expression that is no text", { expression: 5 }],
    ["an expression that has no form as text", { expression: { toString: 1, valueOf: 1 } }],
    ["no CEL", { expression: "a ==" }],
    ["an expression that is no decision", { expression: "'x'" }],
    ["an unknown type", { expression: "true", parameters: { a: "text" } }],
    ["a list of nothing", { expression: "true", parameters: { a: "list" } }],
    ["types that are no members", { expression: "true", parameters: ["a"] }],
    ["types that do not fit", { expression: "a == 1", parameters: { a: "string" } }],
    [
      "a type nested beyond all measure",
      { expression: "true", parameters: { a: `${"list<".repeat(100_000)}int${">".repeat(100_000)}` } },
    ],
    [
      "more parameters than a model's",
      {
        expression: "true",
        parameters: Object.fromEntries(Array.from({ length: 26 }, (_, index) => [`p${index}`, "int"])),
      },
    ],
    ["a longer expression than a model's", { expression: `'${"x".repeat(512)}' == a` }],
  ])("%s is refused when it is written", (_, context) => {
    expect(validateTuple(compiled, tupleOf(context))).toContain("Invalid tuple")
  })

  test("is refused where the relation does not allow it", () => {
    expect(validateTuple(compiled, tupleOf({ expression: "true" }, "editor"))).toContain(
      "invalid condition for type restriction",
    )
  })

  test("is read within the question's budget: many long ones end it with an error, many short ones do not", () => {
    const evaluator = createEvaluator(compiled, createTupleStore())
    const ask = (length: number) => {
      const contextualTuples = Array.from({ length: 100 }, (_, index) => ({
        ...tupleOf({ expression: `${"n+".repeat(length)}'${length}-${index}' != ''` }),
        object: `document:${index}`,
      }))
      const question = { user: "user:anne", relation: "viewer", object: "document:99" }
      return evaluator.check({ ...question, contextualTuples, context: { n: "n" } }).allowed
    }
    const tooComplex = expect.objectContaining({ code: "rebac.resolution_too_complex" })
    expect(() => ask(200)).toThrow(tooComplex)
    expect(ask(5)).toBe(true)
  })

  test("of stored tuples is read once: a list that they are too many for comes further each time that it is asked", () => {
    const tuples = createTupleStore()
    const writes = Array.from({ length: 6 }, (_, index) => ({
      ...tupleOf({ expression: `${"n+".repeat(200)}'${index}' == n` }),
      user: `user:${index}`,
    }))
    tuples.write({ writes })
    const evaluator = createEvaluator(compiled, tuples)
    const list = () =>
      evaluator.listUsers({
        object: "document:1",
        relation: "viewer",
        filter: { type: "user" },
        context: { n: "n" },
      })
    expect(list()).toMatchObject({ complete: false })
    for (const _ of writes) list()
    expect(list()).toMatchObject({ users: [], complete: true })
  })

  test("stays right however many expressions there are", () => {
    for (let number = 0; number < 600; number++)
      expect(check({ expression: `n == '${number % 300}'` }, { n: String(number % 300) })).toBe(true)
  })

  test("is not kept beyond its question where it is very long", () => {
    setFlagsFromString("--expose-gc")
    const collect: () => void = runInNewContext("gc")
    const heapUsed = () => {
      // V8 keeps the shapes of objects, and with them their members' names, for some collections more.
      for (let times = 0; times < 5; times++) collect()
      return process.memoryUsage().heapUsed
    }
    const evaluator = createEvaluator(compileModel(model), createTupleStore())
    const question = { user: "user:anne", relation: "viewer", object: "document:1" }
    const before = heapUsed()
    for (let number = 0; number < 150; number++) {
      const parameters = { [`n${"x".repeat(400_000)}${number}`]: "int", n: "string" }
      const contextualTuples = [tupleOf({ expression: "n == 'x'", parameters })]
      expect(() => evaluator.check({ ...question, contextualTuples, context: { n: "x" } })).toThrow(
        expect.objectContaining({ code: "rebac.condition_failed" }),
      )
    }
    expect(heapUsed() - before).toBeLessThan(30_000_000)
    expect(
      evaluator.check({ ...question, contextualTuples: [tupleOf({ expression: "true" })] }).allowed,
    ).toBe(true)
  })
})
