import { describe, expect, test } from "vitest"
import { checkOf, evaluatorOf, tupleOf } from "./testing/model-builder.ts"

const types = `
type user
type service
type group
  relations
    define member: [user, group#member]
type project
  relations
    define viewer: [user, user:*, service, group#member]
type document
  relations
    define project: [project]
    define blocked: [user]
    define owner: [user]
    define open: owner or viewer from project
    define viewer: open but not blocked
    define both: owner and viewer from project
`
const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))

describe("lists of objects", () => {
  test("without a limit every object is there, once, and the list says that it is complete", () => {
    const { evaluator } = evaluatorOf(types, [
      "project:p#viewer@group:g#member",
      "group:g#member@user:x",
      ...times(500, (index) => `document:${index}#project@project:p`),
      ...times(250, (index) => `document:${index * 2}#owner@user:x`),
      ...times(50, (index) => `document:${index}#blocked@user:x`),
    ])
    const ask = (relation: string) => evaluator.listObjects({ user: "user:x", relation, type: "document" })
    const open = ask("open")
    expect(open.complete).toBe(true)
    expect(new Set(open.objects).size).toBe(open.objects.length)
    expect(open.objects.toSorted()).toEqual(times(500, (index) => `document:${index}`).toSorted())
    expect(ask("viewer").objects).toHaveLength(450)
    expect(ask("both").objects).toHaveLength(250)
    expect(ask("viewer").complete).toBe(true)
  })

  test("a list cut at its limit says so; one that just fits is complete", () => {
    const { evaluator } = evaluatorOf(
      types,
      times(10, (index) => `document:${index}#owner@user:x`),
    )
    const ask = (limit: number) =>
      evaluator.listObjects({ user: "user:x", relation: "viewer", type: "document", limit })
    expect(ask(9)).toMatchObject({ complete: false })
    expect(ask(9).objects).toHaveLength(9)
    expect(ask(10)).toMatchObject({ complete: true })
    expect(ask(0)).toMatchObject({ objects: [], complete: false })
  })

  test("a list over the budget gives what it found in time, and says that there may be more", () => {
    const { evaluator } = evaluatorOf(types, [
      "project:p#viewer@user:x",
      ...times(120_000, (index) => `document:${index}#project@project:p`),
    ])
    for (const relation of ["open", "viewer"]) {
      const { objects, complete } = evaluator.listObjects({ user: "user:x", relation, type: "document" })
      expect(complete).toBe(false)
      expect(objects.length).toBeGreaterThan(1_000)
      expect(checkOf(evaluator, `${objects.at(-1)}#${relation}@user:x`)).toBe("allowed")
    }
  })

  test("objects that only contextual tuples name are listed, public ones too", () => {
    const { evaluator } = evaluatorOf(types, [])
    const contextualTuples = [
      tupleOf("project:new#viewer@user:*"),
      tupleOf("document:new#project@project:new"),
      tupleOf("document:gone#blocked@user:x"),
    ]
    const ask = (user: string) =>
      evaluator.listObjects({ user, relation: "viewer", type: "document", contextualTuples }).objects
    expect(ask("user:x")).toEqual(["document:new"])
    expect(ask("user:*")).toEqual(["document:new"])
    expect(ask("service:x")).toEqual([])
  })

  test("an object that cannot be decided makes the list fail rather than leave it out", () => {
    const conditional = `${types}
type report
  relations
    define reader: [user with flagged]
condition flagged(flag: bool) {
  flag
}`
    const { evaluator } = evaluatorOf(conditional, [
      { ...tupleOf("report:1#reader@user:x"), condition: { name: "flagged" } },
      { ...tupleOf("report:2#reader@user:x"), condition: { name: "flagged", context: { flag: true } } },
    ])
    const query = { user: "user:x", relation: "reader", type: "report" }
    expect(() => evaluator.listObjects(query)).toThrow(
      expect.objectContaining({ code: "rebac.condition_failed" }),
    )
    expect(evaluator.listObjects({ ...query, context: { flag: false } }).objects).toEqual(["report:2"])
  })

  test("a chain deeper than a question may go makes the list fail, as the check of its end does", () => {
    const { evaluator } = evaluatorOf(types, [
      ...times(30, (index) => `group:${index + 1}#member@group:${index}#member`),
      "group:0#member@user:x",
    ])
    expect(() => evaluator.listObjects({ user: "user:x", relation: "member", type: "group" })).toThrow(
      expect.objectContaining({ code: "rebac.resolution_too_complex" }),
    )
  })

  test("names of Object's prototype are ordinary ids", () => {
    const names = ["__proto__", "constructor", "toString", "hasOwnProperty"]
    const { evaluator } = evaluatorOf(
      types,
      names.map((name) => `document:${name}#owner@user:__proto__`),
    )
    const list = evaluator.listObjects({ user: "user:__proto__", relation: "viewer", type: "document" })
    expect(list.objects.toSorted()).toEqual(names.map((name) => `document:${name}`).toSorted())
  })
})

describe("lists of users", () => {
  const tuples = [
    "project:p#viewer@group:g#member",
    "project:p#viewer@service:s",
    "group:g#member@user:x",
    "group:g#member@group:h#member",
    "group:h#member@user:y",
    "document:1#project@project:p",
    "document:1#owner@user:z",
    "document:1#blocked@user:y",
  ]
  const ask = (relation: string, filter: { type: string; relation?: string }, limit?: number) => {
    const { evaluator } = evaluatorOf(types, tuples)
    const { users, complete } = evaluator.listUsers({ object: "document:1", relation, filter, limit })
    return { users: users.toSorted(), complete }
  }

  test("users of each kind, through groups, without those who are subtracted", () => {
    expect(ask("open", { type: "user" })).toEqual({ users: ["user:x", "user:y", "user:z"], complete: true })
    expect(ask("viewer", { type: "user" }).users).toEqual(["user:x", "user:z"])
    expect(ask("both", { type: "user" }).users).toEqual([])
    expect(ask("viewer", { type: "service" }).users).toEqual(["service:s"])
    expect(ask("open", { type: "group", relation: "member" }).users).toEqual([
      "group:g#member",
      "group:h#member",
    ])
  })

  test("a list cut at its limit says so", () => {
    expect(ask("open", { type: "user" }, 2)).toMatchObject({ complete: false })
    expect(ask("open", { type: "user" }, 3)).toMatchObject({ complete: true })
  })

  test("a list over the budget gives what it found, and says that there may be more", () => {
    const { evaluator } = evaluatorOf(types, [
      "project:p#viewer@group:g#member",
      ...times(120_000, (index) => `group:g#member@user:${index}`),
    ])
    const query = { object: "project:p", relation: "viewer", filter: { type: "user" } }
    const { users, complete } = evaluator.listUsers(query)
    expect(complete).toBe(false)
    expect(users.length).toBeGreaterThan(1_000)
  })

  test("everyone is listed as everyone, and stored and contextual users alike", () => {
    const { evaluator } = evaluatorOf(types, ["project:p#viewer@user:*"])
    const contextualTuples = [tupleOf("project:p#viewer@user:new")]
    const query = { object: "project:p", relation: "viewer", filter: { type: "user" }, contextualTuples }
    expect(evaluator.listUsers(query).users.toSorted()).toEqual(["user:*", "user:new"])
  })
})

describe("expand", () => {
  test("shows one level of a relation as OpenFGA's tree has it", () => {
    const { evaluator } = evaluatorOf(types, [
      "document:1#owner@user:x",
      "document:1#project@project:p",
      "document:1#blocked@user:y",
    ])
    expect(evaluator.expand({ object: "document:1", relation: "viewer" }).root).toEqual({
      name: "document:1#viewer",
      difference: {
        base: { name: "document:1#viewer", leaf: { computed: { userset: "document:1#open" } } },
        subtract: { name: "document:1#viewer", leaf: { computed: { userset: "document:1#blocked" } } },
      },
    })
    expect(evaluator.expand({ object: "document:1", relation: "open" }).root.union?.nodes[1]).toEqual({
      name: "document:1#open",
      leaf: {
        tupleToUserset: {
          tupleset: "document:1#project",
          computed: [{ userset: "project:p#viewer" }],
        },
      },
    })
  })

  test("takes fewer users the longer their names are, so that no answer grows beyond what is written in one go", () => {
    const count = 30_000
    const users = (length: number) =>
      Array.from({ length: count }, (_, index) => `document:1#owner@user:${`${index}`.padEnd(length, "x")}`)
    const over = (length: number) => {
      const { evaluator } = evaluatorOf(
        "type user\ntype document\n  relations\n    define owner: [user]",
        users(length),
      )
      return () =>
        evaluator.expand({ object: "document:1", relation: "owner" }).root.leaf?.users?.users.length
    }
    expect(over(40)()).toBe(count)
    expect(over(480)).toThrow(expect.objectContaining({ code: "rebac.resolution_too_complex" }))
  })
})
