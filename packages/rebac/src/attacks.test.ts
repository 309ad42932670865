import { describe, expect, test } from "vitest"
import type { AuthorizationModel } from "./authorization-model.ts"
import { createEvaluator } from "./create-evaluator.ts"
import { compileModel } from "./model/compiled-model.ts"
import { createTupleStore, graphOf } from "./store/tuple-store.ts"
import { checkOf, evaluatorOf, tupleOf } from "./testing/model-builder.ts"

const prototypeNames = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf"]

/** A JSON object with the given member, whatever its name: `__proto__` written as a literal would set the prototype. */
const objectWith = (key: string, value: unknown) => JSON.parse(JSON.stringify([[key, value]]), entries)
function entries(key: string, value: unknown): unknown {
  if (key !== "" || !Array.isArray(value)) return value
  const made: Record<string, unknown> = Object.create(null)
  for (const [name, member] of value as [string, unknown][])
    Object.defineProperty(made, name, { value: member, enumerable: true, configurable: true, writable: true })
  return made
}

describe("names of Object's prototype", () => {
  test.each(prototypeNames)("%s is an ordinary type, relation, id, condition and parameter", (name) => {
    const restriction = { type: name, condition: name }
    const model: AuthorizationModel = {
      schema_version: "1.1",
      type_definitions: [
        {
          type: name,
          relations: objectWith(name, { this: {} }),
          metadata: { relations: objectWith(name, { directly_related_user_types: [restriction] }) },
        },
      ],
      conditions: objectWith(name, {
        name,
        expression: `${name} == "${name}"`,
        parameters: objectWith(name, { type_name: "TYPE_NAME_STRING" }),
      }),
    }
    const store = createTupleStore()
    const [user, object] = [`${name}:${name}`, `${name}:other`]
    store.write({ writes: [{ user, relation: name, object, condition: { name } }] })
    const evaluator = createEvaluator(compileModel(model), store)
    const query = { user, relation: name, object }
    expect(evaluator.check({ ...query, context: objectWith(name, name) }).allowed).toBe(true)
    expect(evaluator.check({ ...query, context: objectWith(name, "other") }).allowed).toBe(false)
    expect(() => evaluator.check({ ...query, context: {} })).toThrow(
      expect.objectContaining({ code: "rebac.condition_failed" }),
    )
    expect(
      evaluator.listObjects({ user, relation: name, type: name, context: objectWith(name, name) }),
    ).toEqual({
      objects: [object],
      complete: true,
    })
    expect(evaluator.explain({ ...query, context: objectWith(name, "other") }).allowed).toBe(false)
  })

  test.each(prototypeNames)("%s is no type, relation or member of anything that has none", (name) => {
    const { evaluator } = evaluatorOf("type user\ntype document\n  relations\n    define viewer: [user]", [
      "document:1#viewer@user:x",
    ])
    for (const question of [
      `document:1#${name}@user:x`,
      `${name}:1#viewer@user:x`,
      `document:1#viewer@${name}:x`,
    ])
      expect(checkOf(evaluator, question)).toBe("rebac.invalid_request")
    expect(checkOf(evaluator, `document:${name}#viewer@user:x`)).toBe("denied")
    expect(checkOf(evaluator, `document:1#viewer@user:${name}`)).toBe("denied")
  })
})

describe("ids of every form", () => {
  const types = "type user\ntype document\n  relations\n    define viewer: [user]"
  const odd = [
    "a/b",
    "a|b",
    "%2F",
    "ü",
    "u\u0308",
    "\u{1F600}",
    "a,b",
    "[x]",
    "'",
    '"',
    "\\",
    "=",
    "a@b.c",
    "\u202E",
    "\uFEFFx",
  ]

  test("each is itself and no other", () => {
    const { evaluator } = evaluatorOf(
      types,
      odd.map((id) => ({ user: `user:${id}`, relation: "viewer", object: `document:${id}` })),
    )
    for (const one of odd)
      for (const other of odd) {
        const { allowed } = evaluator.check({
          user: `user:${one}`,
          relation: "viewer",
          object: `document:${other}`,
        })
        expect(allowed).toBe(one === other)
      }
  })

  test("lone halves of characters are kept apart from each other and from what replaces them", () => {
    const halves = ["\uD800", "\uD801", "\uDC00", "\uFFFD"]
    const { evaluator } = evaluatorOf(types, [`document:1#viewer@user:${halves[0]}`])
    expect(halves.map((half) => checkOf(evaluator, `document:1#viewer@user:${half}`))).toEqual([
      "allowed",
      "denied",
      "denied",
      "denied",
    ])
  })

  test("ids of ten thousand letters that differ in the last are different", () => {
    const long = "x".repeat(10_000)
    const { evaluator } = evaluatorOf(types, [`document:${long}a#viewer@user:${long}a`])
    expect(checkOf(evaluator, `document:${long}a#viewer@user:${long}a`)).toBe("allowed")
    expect(checkOf(evaluator, `document:${long}b#viewer@user:${long}a`)).toBe("denied")
    expect(checkOf(evaluator, `document:${long}a#viewer@user:${long}b`)).toBe("denied")
  })

  test("spaces, line ends, colons and marks that would end an id early are refused", () => {
    const { evaluator } = evaluatorOf(types, ["document:1#viewer@user:x"])
    for (const user of [
      "user:x ",
      " user:x",
      "user:x\n",
      "user:",
      ":x",
      "x",
      "user",
      "",
      "user:x#",
      "user:x#viewer#viewer",
      "user:a:b",
    ])
      expect(() => evaluator.check({ user, relation: "viewer", object: "document:1" })).toThrow(
        expect.objectContaining({ code: "rebac.invalid_request" }),
      )
    for (const object of [
      "document:1 ",
      "document:",
      ":1",
      "document",
      "",
      "document:*",
      "document:1#viewer",
      "document:1\u0000",
    ])
      expect(() => evaluator.check({ user: "user:x", relation: "viewer", object })).toThrow(
        expect.objectContaining({ code: "rebac.invalid_request" }),
      )
  })
})

describe("questions made to cost", () => {
  /** With an answer or a refusal: without a budget they would not within the test. `event-loop.test.ts` holds the time. */
  const ends = (ask: () => unknown) => {
    try {
      ask()
    } catch (error) {
      expect(error).toMatchObject({ code: "rebac.resolution_too_complex" })
    }
  }

  test("groups in groups in groups, each in all of the next, end", () => {
    const tuples: string[] = []
    for (let level = 0; level < 20; level++)
      for (let from = 0; from < 20; from++)
        for (let to = 0; to < 20; to++)
          tuples.push(`group:${level}-${from}#member@group:${level + 1}-${to}#member`)
    const types = `
type user
type group
  relations
    define blocked: [user]
    define member: [user, group#member]
    define active: member but not blocked`
    const { evaluator } = evaluatorOf(types, tuples)
    for (const relation of ["member", "active"]) {
      ends(() => evaluator.check({ user: "user:x", relation, object: "group:0-0" }))
      ends(() => evaluator.explain({ user: "user:x", relation, object: "group:0-0" }))
      ends(() => evaluator.listObjects({ user: "group:19-0#member", relation, type: "group" }))
      ends(() => evaluator.listUsers({ object: "group:0-0", relation, filter: { type: "user" } }))
    }
  })

  test("rules inside each other across many objects end", () => {
    const types = `
type user
type node
  relations
    define next: [node]
    define blocked: [user] or open from next
    define open: [user] or (open from next but not blocked)`
    const tuples: string[] = []
    for (let from = 0; from < 200; from++)
      for (let to = 0; to < 200; to++) tuples.push(`node:${from}#next@node:${to}`)
    const { evaluator } = evaluatorOf(types, tuples)
    ends(() => evaluator.check({ user: "user:x", relation: "open", object: "node:0" }))
    ends(() => evaluator.explain({ user: "user:x", relation: "open", object: "node:0" }))
    ends(() => evaluator.listUsers({ object: "node:0", relation: "open", filter: { type: "user" } }))
  })

  test("thousands of conditional tuples, each dear to evaluate, end", () => {
    const types = `
type user
type group
  relations
    define member: [user]
type document
  relations
    define viewer: [group#member with dear]
condition dear(items: list<int>) {
  items.all(a, items.all(b, a + b < 1000))
}`
    const tuples = Array.from({ length: 20_000 }, (_, index) => ({
      ...tupleOf(`document:1#viewer@group:${index}#member`),
      condition: { name: "dear" },
    }))
    const { evaluator } = evaluatorOf(types, tuples)
    const context = { items: Array.from({ length: 90 }, (_, index) => index) }
    ends(() => evaluator.check({ user: "user:x", relation: "viewer", object: "document:1", context }))
  })

  test("a hundred contextual tuples beside a group of many members", () => {
    const types = `
type user
type group
  relations
    define member: [user]
type document
  relations
    define viewer: [group#member]`
    const { evaluator } = evaluatorOf(types, [
      "document:1#viewer@group:g#member",
      ...Array.from({ length: 200_000 }, (_, index) => `group:g#member@user:${index}`),
    ])
    const contextualTuples = Array.from({ length: 100 }, (_, index) =>
      tupleOf(`group:g#member@user:new-${index}`),
    )
    const ask = (user: string) =>
      evaluator.check({ user, relation: "viewer", object: "document:1", contextualTuples }).allowed
    expect(["user:new-7", "user:7", "user:none"].map(ask)).toEqual([true, true, false])
  })

  test("a hundred contextual tuples about an object that very many others are about", () => {
    const types = `
type user
type group
  relations
    define member: [user]
type document
  relations
    define viewer: [group#member]`
    const { evaluator } = evaluatorOf(
      types,
      Array.from({ length: 140_000 }, (_, index) => `document:1#viewer@group:${index}#member`),
    )
    const contextualTuples = Array.from({ length: 100 }, (_, index) =>
      tupleOf(`document:1#viewer@group:new-${index}#member`),
    )
    const before = process.threadCpuUsage()
    const ask = { user: "user:x", relation: "viewer", object: "document:1", contextualTuples }
    for (let round = 0; round < 5; round++) ends(() => evaluator.check(ask))
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(800)
  })

  test("a context that contains itself is refused, in a question and in a tuple of one", () => {
    const types = `
type user
type document
  relations
    define viewer: [user with flagged]
condition flagged(flag: bool) {
  flag
}`
    const condition = { name: "flagged", context: { flag: true } }
    const tuple = { ...tupleOf("document:1#viewer@user:x"), condition }
    const { evaluator } = evaluatorOf(types, [tuple])
    const endless: Record<string, unknown> = { flag: true }
    const question = "document:1#viewer@user:x"
    expect(checkOf(evaluator, question, { context: { ...endless } })).toBe("allowed")
    endless.itself = [endless, endless]
    ends(() => expect(checkOf(evaluator, question, { context: endless })).toBe("rebac.invalid_request"))
    const contextualTuples = [{ ...tuple, condition: { ...condition, context: endless } }]
    ends(() => expect(checkOf(evaluator, question, { contextualTuples })).toBe("rebac.invalid_tuple"))
  })

  test("what is only asked about is never kept", () => {
    const { evaluator, store } = evaluatorOf(
      "type user\ntype document\n  relations\n    define viewer: [user]",
      ["document:1#viewer@user:x"],
    )
    const { entities, symbols } = graphOf(store)
    const before = [entities.size, symbols.names.length]
    for (let index = 0; index < 20_000; index++) {
      checkOf(evaluator, `document:new-${index}#viewer@user:new-${index}`)
      checkOf(evaluator, `type${index}:1#viewer@user:x`)
      checkOf(evaluator, `document:1#relation${index}@user:x`)
      checkOf(evaluator, `document:1#viewer@user:x`, {
        contextualTuples: [tupleOf(`document:other-${index}#viewer@user:other-${index}`)],
      })
    }
    expect([entities.size, symbols.names.length]).toEqual(before)
  })
})
