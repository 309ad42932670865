import { describe, expect, test } from "vitest"
import { checkOf, evaluatorOf, tupleOf } from "./testing/model-builder.ts"

const documents = `
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
    define owner: [user]
    define viewer: (owner or viewer from parent) but not blocked
    define editor: owner and allowed
`

describe("which tuples count", () => {
  test("a tuple that the model in use does not allow counts for nothing, whatever an older model allowed", () => {
    const { evaluator } = evaluatorOf(documents, [
      "document:1#owner@group:a#member",
      "document:1#owner@user:*",
      "group:a#member@user:x",
      "document:1#viewer@user:x",
    ])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("denied")
  })

  test("everyone of a type is nobody's userset: public access to groups lets no member of a group in", () => {
    const types = `
type user
type group
  relations
    define member: [user]
type document
  relations
    define viewer: [group:*]`
    const { evaluator } = evaluatorOf(types, ["document:1#viewer@group:*", "group:a#member@user:x"])
    expect(checkOf(evaluator, "document:1#viewer@group:a#member")).toBe("denied")
    expect(checkOf(evaluator, "document:1#viewer@group:a")).toBe("allowed")
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("denied")
  })

  test("public access without a condition does not satisfy a restriction that asks for one, nor the other way round", () => {
    const types = `
type user
type document
  relations
    define viewer: [user:* with flagged]
    define reader: [user:*]
condition flagged(flag: bool) {
  flag
}`
    const conditional = (relation: string) => ({
      ...tupleOf(`document:1#${relation}@user:*`),
      condition: { name: "flagged", context: { flag: true } },
    })
    const { evaluator, store } = evaluatorOf(types, ["document:1#viewer@user:*", conditional("reader")])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("denied")
    expect(checkOf(evaluator, "document:1#reader@user:x")).toBe("denied")
    store.write({ writes: [conditional("viewer"), tupleOf("document:1#reader@user:*")] })
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("allowed")
    expect(checkOf(evaluator, "document:1#reader@user:x")).toBe("allowed")
  })

  test("a relation on an object is always in itself", () => {
    const { evaluator } = evaluatorOf(documents, [])
    expect(checkOf(evaluator, "group:a#member@group:a#member")).toBe("allowed")
    expect(checkOf(evaluator, "group:a#member@group:b#member")).toBe("denied")
  })

  test("ids that differ only in case, accents or trailing letters are different", () => {
    const { evaluator } = evaluatorOf(documents, [
      "group:a#member@user:Ann",
      "group:a#member@user:cafe\u0301",
    ])
    expect(checkOf(evaluator, "group:a#member@user:ann")).toBe("denied")
    expect(checkOf(evaluator, "group:a#member@user:caf\u00e9")).toBe("denied")
    expect(checkOf(evaluator, "group:a#member@user:cafe\u0301")).toBe("allowed")
  })

  test("everyone as the asked user is everyone, not anyone", () => {
    const { evaluator } = evaluatorOf(documents, ["folder:1#viewer@user:x", "folder:2#viewer@user:*"])
    expect(checkOf(evaluator, "folder:1#viewer@user:*")).toBe("denied")
    expect(checkOf(evaluator, "folder:2#viewer@user:*")).toBe("allowed")
  })
})

describe("contextual tuples", () => {
  test("a contextual tuple counts only where the same tuple, stored, would: else the question is refused", () => {
    const { evaluator } = evaluatorOf(documents, [])
    const ask = (tuple: string) =>
      checkOf(evaluator, "document:1#viewer@user:x", { contextualTuples: [tupleOf(tuple)] })
    expect(ask("document:1#owner@user:x")).toBe("allowed")
    expect(ask("document:1#owner@user:*")).toBe("rebac.invalid_tuple")
    expect(ask("document:1#viewer@user:x")).toBe("rebac.invalid_tuple")
    expect(ask("document:1#parent@folder:*")).toBe("rebac.invalid_tuple")
    expect(ask("document:*#owner@user:x")).toBe("rebac.invalid_tuple")
    expect(ask("document:1#owner@user:x y")).toBe("rebac.invalid_tuple")
    expect(ask("nothing:1#owner@user:x")).toBe("rebac.invalid_tuple")
  })

  test("a contextual tuple never outlives its question", () => {
    const { evaluator, store } = evaluatorOf(documents, [])
    const contextualTuples = [tupleOf("document:1#owner@user:x")]
    expect(checkOf(evaluator, "document:1#viewer@user:x", { contextualTuples })).toBe("allowed")
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("denied")
    expect(store.size).toBe(0)
  })

  test("a contextual tuple hides the stored one with the same key, whatever the conditions of both", () => {
    const types = `
type user
type document
  relations
    define viewer: [user, user with flagged]
condition flagged(flag: bool) {
  flag
}`
    const { evaluator } = evaluatorOf(types, ["document:1#viewer@user:x"])
    const contextualTuples = [
      { ...tupleOf("document:1#viewer@user:x"), condition: { name: "flagged", context: { flag: false } } },
    ]
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("allowed")
    expect(checkOf(evaluator, "document:1#viewer@user:x", { contextualTuples })).toBe("denied")
  })

  test("of many forms of contextual tuples each is held to its own restriction", () => {
    const { evaluator } = evaluatorOf(documents, [
      "folder:1#viewer@group:a#member",
      "document:1#parent@folder:1",
    ])
    const forms = [
      "group:a#member@user:x",
      "document:2#owner@user:x",
      "document:2#allowed@user:x",
      "folder:2#parent@folder:1",
    ]
    for (const repeat of [1, 2, 3]) {
      const contextualTuples = [...forms, "document:2#blocked@user:x", "folder:3#viewer@user:x"]
        .slice(0, 3 + repeat)
        .map(tupleOf)
      expect(checkOf(evaluator, "document:1#viewer@user:x", { contextualTuples })).toBe("allowed")
      const wrong = [...contextualTuples, tupleOf("group:b#member@user:*")]
      expect(checkOf(evaluator, "document:1#viewer@user:x", { contextualTuples: wrong })).toBe(
        "rebac.invalid_tuple",
      )
    }
  })
})

describe("cycles, limits and errors", () => {
  test("a ring of groups is a denial for whoever is outside, and no hindrance for whoever is inside", () => {
    const ring = [
      "group:a#member@group:b#member",
      "group:b#member@group:c#member",
      "group:c#member@group:a#member",
    ]
    const { evaluator } = evaluatorOf(documents, [...ring, "group:b#member@user:in"])
    for (const group of ["a", "b", "c"]) {
      expect(checkOf(evaluator, `group:${group}#member@user:in`)).toBe("allowed")
      expect(checkOf(evaluator, `group:${group}#member@user:out`)).toBe("denied")
    }
  })

  test("a cycle in what is subtracted never ends in allow", () => {
    const ring = ["group:a#member@group:b#member", "group:b#member@group:a#member"]
    const { evaluator } = evaluatorOf(documents, [
      "document:1#owner@user:x",
      ...ring,
      "document:1#blocked@group:a#member",
    ])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("denied")
  })

  test("a condition that cannot be evaluated in what is subtracted never ends in allow", () => {
    const types = `
type user
type group
  relations
    define member: [user]
type document
  relations
    define owner: [user]
    define blocked: [group#member with flagged]
    define viewer: owner but not blocked
    define both: owner and blocked
condition flagged(flag: bool) {
  flag
}`
    const { evaluator } = evaluatorOf(types, [
      "document:1#owner@user:x",
      { ...tupleOf("document:1#blocked@group:a#member"), condition: { name: "flagged" } },
    ])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("rebac.condition_failed")
    expect(checkOf(evaluator, "document:1#both@user:x")).toBe("rebac.condition_failed")
    expect(checkOf(evaluator, "document:1#viewer@user:x", { context: { flag: true } })).toBe("allowed")
    expect(checkOf(evaluator, "document:1#viewer@user:x", { context: { flag: "yes" } })).toBe(
      "rebac.condition_failed",
    )
  })

  test("a result cut short by a cycle is not taken for final by another branch of the same question", () => {
    const types = `
type user
type group
  relations
    define banned: [user]
    define member: [user, group#member] but not banned
type document
  relations
    define first: [group#member]
    define second: [group#member]
    define viewer: first and second`
    const { evaluator } = evaluatorOf(types, [
      "group:a#member@group:b#member",
      "group:b#member@group:a#member",
      "group:a#member@user:x",
      "document:1#first@group:a#member",
      "document:1#second@group:b#member",
    ])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("allowed")
    expect(checkOf(evaluator, "document:1#viewer@user:y")).toBe("denied")
  })

  const chain = (length: number): string[] =>
    Array.from({ length }, (_, index) => `group:${index}#member@group:${index + 1}#member`)

  test("24 tuples in a row are followed, and more than 25 end in an error, never in an answer", () => {
    for (const [length, expected] of [
      [24, "allowed"],
      [26, "rebac.resolution_too_complex"],
    ] as const) {
      const { evaluator } = evaluatorOf(documents, [
        ...chain(length - 1),
        `group:${length - 1}#member@user:x`,
      ])
      expect(checkOf(evaluator, "group:0#member@user:x")).toBe(expected)
    }
  })

  test("a depth exceeded in what is subtracted never ends in allow", () => {
    const { evaluator } = evaluatorOf(documents, [
      "document:1#owner@user:x",
      "document:1#blocked@group:0#member",
      ...chain(30),
    ])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("rebac.resolution_too_complex")
  })

  test("computed relations do not count as depth: forty in a row are followed", () => {
    const relations = Array.from({ length: 40 }, (_, index) => `    define r${index}: r${index + 1}`)
    const types = ["type user", "type document", "  relations", ...relations, "    define r40: [user]"].join(
      "\n",
    )
    const { evaluator } = evaluatorOf(types, ["document:1#r40@user:x"])
    expect(checkOf(evaluator, "document:1#r0@user:x")).toBe("allowed")
  })

  test("who is excluded over one of thousands of relations that lead to each other is excluded, at every asking", () => {
    const count = 3_000
    const relations = Array.from(
      { length: count },
      (_, index) => `    define r${index}: [user, group#r${(index + 1) % count}]`,
    )
    const types = `
type user
type document
  relations
    define owner: [user]
    define blocked: [group#r0]
    define viewer: owner but not blocked
type group
  relations
${relations.join("\n")}`
    const { evaluator } = evaluatorOf(types, [
      "document:1#owner@user:x",
      "document:2#owner@user:x",
      "document:1#blocked@group:a#r0",
      "group:a#r0@group:a#r1",
      "group:a#r1@user:x",
      ...Array.from({ length: count }, (_, index) => `group:c#r${index}@group:b#r${(index + 1) % count}`),
    ])
    for (const document of ["1", "1", "2"])
      expect(checkOf(evaluator, `document:${document}#viewer@user:x`)).toBe(
        document === "1" ? "denied" : "allowed",
      )
  })

  test("a check over the budget of steps ends with an error, and the next one is answered", () => {
    const { evaluator } = evaluatorOf(
      documents,
      Array.from({ length: 200_000 }, (_, index) => `group:0#member@group:x${index}#member`),
    )
    expect(checkOf(evaluator, "group:0#member@user:x")).toBe("rebac.resolution_too_complex")
    expect(checkOf(evaluator, "group:x1#member@user:x")).toBe("denied")
  })
})

describe("what does not fit the model", () => {
  test("an unknown type, relation or malformed id is refused, and never allowed", () => {
    const { evaluator } = evaluatorOf(documents, ["document:1#owner@user:x"])
    for (const question of [
      "nothing:1#viewer@user:x",
      "document:1#nothing@user:x",
      "document:1#viewer@nothing:x",
      "document:1#viewer@group:x#nothing",
      "document:*#viewer@user:x",
      "document#viewer@user:x",
      "document:1#viewer@x",
      "document:1#viewer@*",
      "document:1#viewer@user:a:b",
      "document:1#viewer@user:x\n",
    ])
      expect(checkOf(evaluator, question)).toBe("rebac.invalid_request")
  })

  test("a context with control characters in its names or values is refused, as on OpenFGA's wire", () => {
    const { evaluator } = evaluatorOf(documents, ["document:1#owner@user:x"])
    for (const context of [{ "a\u0000": 1 }, { a: "x\u0007" }, { a: [{ b: "\u0085" }] }])
      expect(checkOf(evaluator, "document:1#viewer@user:x", { context })).toBe("rebac.invalid_request")
  })
})
