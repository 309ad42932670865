import { permissionModel } from "@gatehouse/contracts"
import { describe, expect, test } from "vitest"
import { createEvaluator } from "./create-evaluator.ts"
import type { Explanation } from "./explanation.ts"
import { compileModel } from "./model/compiled-model.ts"
import type { RelationshipTuple } from "./relationship-tuple.ts"
import { createTupleStore } from "./store/tuple-store.ts"
import { evaluatorOf, tupleOf } from "./testing/model-builder.ts"

const types = `
type user
type group
  relations
    define member: [user, group#member]
type folder
  relations
    define parent: [folder]
    define viewer: [user, user:*, group#member] or viewer from parent
type document
  relations
    define parent: [folder]
    define blocked: [user, group#member]
    define allowed: [user]
    define owner: [user, user with flagged]
    define viewer: (owner or viewer from parent) but not blocked
    define editor: owner and allowed
condition flagged(flag: bool, level: int) {
  flag && level > 3
}
`
const explain = (
  tuples: readonly (string | RelationshipTuple)[],
  question: string,
  rest: {
    context?: Record<string, unknown>
    contextualTuples?: RelationshipTuple[]
    suggestions?: number
  } = {},
): Explanation => {
  const { user, relation, object } = tupleOf(question)
  return evaluatorOf(types, tuples).evaluator.explain({ user, relation, object, ...rest })
}
const written = ({ object, relation, user }: RelationshipTuple) => `${object}#${relation}@${user}`
/** The suggestions, `+` for a tuple to add and `-` for one to remove. */
const changesOf = ({ suggestions }: Explanation) =>
  suggestions.map(({ add, remove }) => [
    ...add.map((tuple) => `+${written(tuple)}`),
    ...remove.map((tuple) => `-${written(tuple)}`),
  ])

describe("why it is allowed", () => {
  test("the shortest way, tuple by tuple and rewrite by rewrite", () => {
    const explanation = explain(
      [
        "document:1#parent@folder:a",
        "folder:a#parent@folder:b",
        "folder:b#viewer@group:g#member",
        "group:g#member@group:h#member",
        "group:h#member@user:x",
        "folder:a#viewer@group:h#member",
      ],
      "document:1#viewer@user:x",
    )
    expect(explanation).toMatchObject({ allowed: true, complete: true, suggestions: [] })
    const path = explanation.path?.map((step) =>
      step.kind === "tuple" ? written(step.tuple) : `${step.kind} ${step.object}#${step.relation}`,
    )
    expect(path).toEqual([
      "document:1#parent@folder:a",
      "folder:a#viewer@group:h#member",
      "group:h#member@user:x",
      "not document:1#viewer",
    ])
  })

  test("all branches of an intersection, and which tuples were contextual", () => {
    const { path } = explain(["document:1#owner@user:x"], "document:1#editor@user:x", {
      contextualTuples: [tupleOf("document:1#allowed@user:x")],
    })
    expect(path).toMatchObject([
      { kind: "computed", from: "owner" },
      { kind: "tuple", contextual: false },
      { kind: "computed", from: "allowed" },
      { kind: "tuple", contextual: true },
    ])
  })

  test("branches of an intersection that share all their tuples, at every one of twenty levels, once each", () => {
    const { evaluator } = evaluatorOf(
      `
type user
type folder
  relations
    define parent: [folder]
    define viewer: [user] or (viewer from parent and editor from parent)
    define editor: [user] or (viewer from parent and editor from parent)`,
      [
        ...Array.from({ length: 20 }, (_, level) => `folder:${level}#parent@folder:${level + 1}`),
        "folder:20#viewer@user:x",
        "folder:20#editor@user:x",
      ],
    )
    const { allowed, path, complete } = evaluator.explain({
      user: "user:x",
      relation: "viewer",
      object: "folder:0",
    })
    expect({ allowed, complete }).toEqual({ allowed: true, complete: true })
    const tuples = path?.flatMap((step) => (step.kind === "tuple" ? [written(step.tuple)] : []))
    expect(new Set(tuples).size).toBe(22)
    expect(path?.length).toBeLessThan(100)
  })

  test("a relation on an object is in itself", () => {
    const { path } = explain([], "group:g#member@group:g#member")
    expect(path).toEqual([{ kind: "identity", object: "group:g", relation: "member" }])
  })

  test("a ring on the way is walked round", () => {
    const { path } = explain(
      ["group:a#member@group:b#member", "group:b#member@group:a#member", "group:b#member@user:x"],
      "group:a#member@user:x",
    )
    expect(path).toHaveLength(2)
  })
})

describe("why it is denied", () => {
  test("what was tried, and the conditions that failed with the values they saw", () => {
    const conditional = {
      ...tupleOf("document:1#owner@user:x"),
      condition: { name: "flagged", context: { flag: true } },
    }
    const { allowed, tree } = explain([conditional], "document:1#owner@user:x", { context: { level: 2 } })
    expect(allowed).toBe(false)
    expect(tree).toMatchObject({
      rule: "direct",
      outcome: "false",
      tuples: [
        { condition: { name: "flagged", outcome: "false", values: { flag: true, level: 2 }, missing: [] } },
      ],
    })
  })

  test("a parameter that is missing is named", () => {
    const conditional = { ...tupleOf("document:1#owner@user:x"), condition: { name: "flagged" } }
    const { tree } = explain([conditional], "document:1#owner@user:x", { context: { flag: true } })
    expect(tree).toMatchObject({
      outcome: "error",
      tuples: [{ condition: { outcome: "error", values: { flag: true }, missing: ["level"] } }],
    })
  })

  test("the part of an exclusion that decided is to be seen", () => {
    const { tree } = explain(
      ["document:1#owner@user:x", "document:1#blocked@group:g#member", "group:g#member@user:x"],
      "document:1#viewer@user:x",
    )
    expect(tree).toMatchObject({
      rule: "exclusion",
      outcome: "false",
      children: [
        { rule: "union", outcome: "true" },
        { rule: "computed", outcome: "true" },
      ],
    })
  })

  test("a ring of groups is shown once", () => {
    const { tree } = explain(
      ["group:a#member@group:b#member", "group:b#member@group:a#member"],
      "group:a#member@user:x",
    )
    expect(tree).toMatchObject({ outcome: "false", children: [{ children: [{ cut: true }] }] })
  })
})

describe("the smallest change that would allow", () => {
  test("one tuple where one is enough, the narrowest first, and none that allows only with another", () => {
    const explanation = explain(
      ["document:1#parent@folder:a", "document:2#parent@folder:a", "document:3#parent@folder:a"],
      "document:1#viewer@user:x",
    )
    expect(explanation.complete).toBe(true)
    expect(changesOf(explanation).slice(0, 2)).toEqual([
      ["+document:1#owner@user:x"],
      ["+folder:a#viewer@user:x"],
    ])
    expect(changesOf(explanation)).not.toContainEqual(["+document:1#allowed@user:x"])
    // Everyone is never narrower than one user.
    expect(explanation.suggestions.map(({ reach }) => reach)).toEqual(
      explanation.suggestions.map(({ reach }) => reach).toSorted((a, b) => a - b),
    )
  })

  test("two tuples where an intersection asks for two", () => {
    const explanation = explain([], "document:1#editor@user:x")
    expect(changesOf(explanation)[0]?.toSorted()).toEqual([
      "+document:1#allowed@user:x",
      "+document:1#owner@user:x",
    ])
    expect(explanation.suggestions.every(({ add, remove }) => add.length + remove.length === 2)).toBe(true)
  })

  test("three tuples where it takes three, and none where it takes four", () => {
    const needed = (count: number) => `
type user
type document
  relations${Array.from({ length: count }, (_, index) => `\n    define r${index}: [user]`).join("")}
    define all: ${Array.from({ length: count }, (_, index) => `r${index}`).join(" and ")}`
    const ask = (count: number) =>
      evaluatorOf(needed(count), []).evaluator.explain({
        user: "user:x",
        relation: "all",
        object: "document:1",
      })
    const { suggestions, complete } = ask(3)
    expect(suggestions.map(({ add }) => add.map(({ relation }) => relation).toSorted())).toEqual([
      ["r0", "r1", "r2"],
    ])
    expect(complete).toBe(true)
    expect(ask(4)).toMatchObject({ suggestions: [], complete: true })
  })

  test("a tuple to remove where the user is excluded", () => {
    const tuples = ["document:1#owner@user:x", "document:1#blocked@group:g#member", "group:g#member@user:x"]
    expect(changesOf(explain(tuples, "document:1#viewer@user:x"))).toEqual([
      ["-document:1#blocked@group:g#member"],
      ["-group:g#member@user:x"],
    ])
  })

  test("an exclusion to lift and a grant to add together", () => {
    const [change] = changesOf(explain(["document:1#blocked@user:x"], "document:1#viewer@user:x"))
    expect(change).toEqual(["+document:1#owner@user:x", "-document:1#blocked@user:x"])
  })

  test("what would not help is not offered: a condition that does not hold, a tuple that is never stored", () => {
    const { evaluator } = evaluatorOf(types, [])
    const query = {
      user: "user:x",
      relation: "owner",
      object: "document:1",
      context: { flag: false, level: 9 },
    }
    const conditions = evaluator
      .explain(query)
      .suggestions.flatMap(({ add }) => add.map((tuple) => tuple.condition?.name))
    expect(conditions).toEqual([undefined])
    const mayAdd = (tuple: RelationshipTuple) => tuple.relation !== "owner"
    expect(evaluator.explain({ ...query, mayAdd }).suggestions).toEqual([])
  })

  test("every change that is suggested does allow", () => {
    const tuples = [
      "document:1#parent@folder:a",
      "folder:a#viewer@group:g#member",
      "document:1#blocked@group:h#member",
      "group:h#member@user:x",
      "document:1#owner@user:x",
    ]
    for (const question of [
      "document:1#viewer@user:x",
      "document:1#editor@user:x",
      "document:9#viewer@user:z",
    ]) {
      const explanation = explain(tuples, question, { suggestions: 50 })
      expect(explanation.suggestions.length).toBeGreaterThan(0)
      for (const { add, remove } of explanation.suggestions) {
        const { evaluator, store } = evaluatorOf(types, tuples)
        store.write({ writes: add, deletes: remove })
        expect(evaluator.check(tupleOf(question)).allowed).toBe(true)
      }
    }
  })

  test("as many as are asked for", () => {
    expect(explain([], "document:1#viewer@user:x", { suggestions: 1 }).suggestions).toHaveLength(1)
    expect(explain([], "document:1#viewer@user:x", { suggestions: 0 }).suggestions).toHaveLength(0)
  })

  test("a grant to a group or to everyone reaches further than one to the user", () => {
    const { suggestions } = explain(["group:g#member@user:x"], "folder:a#viewer@user:x", { suggestions: 20 })
    const reachOf = (user: string) => suggestions.find(({ add }) => add[0]?.user === user)?.reach ?? 0
    expect(reachOf("user:x")).toBeLessThan(reachOf("group:g#member"))
    expect(reachOf("user:x")).toBeLessThan(reachOf("user:*"))
  })
})

describe("explanations of the platform's own model", () => {
  const project = "project:0197a0c2-4f6e-7000-8000-000000000001"
  const user = "user:acme/x"
  const store = createTupleStore()
  store.write({
    writes: [
      tupleOf("organization:acme#platform@platform:gatehouse"),
      tupleOf(`${project}#organization@organization:acme`),
      ...["owner", "admin", "member", "developer", "operator", "viewer"].map((role) =>
        tupleOf(`${project}#${role}@group:acme/projects/p/project-${role}s#member`),
      ),
    ],
  })
  const evaluator = createEvaluator(compileModel(permissionModel), store)
  const contextualTuples = [
    { user, relation: "principal", object: "organization:acme" },
    { user, relation: "viewer_role", object: "organization:acme" },
    { user, relation: "member", object: "group:acme/projects/p/project-viewers" },
  ]

  test("a viewer who asks to write is told the smallest grant", () => {
    const explanation = evaluator.explain({ user, relation: "can_write", object: project, contextualTuples })
    expect(explanation.allowed).toBe(false)
    expect(explanation.complete).toBe(true)
    expect(explanation.suggestions[0]).toMatchObject({
      add: [{ user, relation: "developer", object: project }],
      remove: [],
    })
    expect(explanation.tree).toMatchObject({ object: project, relation: "can_write", outcome: "false" })
  })

  test("and why it may read", () => {
    const { allowed, path } = evaluator.explain({
      user,
      relation: "can_read",
      object: project,
      contextualTuples,
    })
    expect(allowed).toBe(true)
    expect(path).toMatchObject([
      { kind: "computed", relation: "can_read", from: "viewer" },
      { kind: "tuple", tuple: { relation: "viewer" }, contextual: false },
      { kind: "tuple", tuple: { user }, contextual: true },
    ])
  })
})

describe("explanations of large data", () => {
  const members = Array.from({ length: 100_000 }, (_, index) => tupleOf(`group:g#member@user:${index}`))
  const folders = Array.from({ length: 100_000 }, (_, index) => tupleOf(`document:${index}#parent@folder:a`))
  const { evaluator } = evaluatorOf(types, [
    ...members,
    ...folders,
    "folder:a#viewer@group:g#member",
    "document:1#blocked@group:g#member",
  ])

  test("a group of many is not walked, and nobody's access to many objects is counted out", () => {
    const denied = evaluator.explain({ user: "user:new", relation: "viewer", object: "document:7" })
    expect(denied.allowed).toBe(false)
    expect(denied.suggestions[0]?.add).toMatchObject([{ relation: "owner", object: "document:7" }])
    const blocked = evaluator.explain({ user: "user:5", relation: "viewer", object: "document:1" })
    expect(changesOf(blocked)[0]).toEqual(["-document:1#blocked@group:g#member"])
    const allowed = evaluator.explain({ user: "user:5", relation: "viewer", object: "document:7" })
    expect(allowed).toMatchObject({ allowed: true, complete: true })
  })

  test("where too much would have to be walked it says that it is not complete", () => {
    const types = `
type user
type folder
  relations
    define viewer: [user]
type document
  relations
    define parent: [folder]
    define viewer: viewer from parent`
    const parents = Array.from({ length: 40_000 }, (_, index) => tupleOf(`document:1#parent@folder:${index}`))
    const wide = evaluatorOf(types, parents).evaluator
    const explanation = wide.explain({ user: "user:x", relation: "viewer", object: "document:1" })
    expect(explanation).toMatchObject({ allowed: false, complete: false })
  })
})
