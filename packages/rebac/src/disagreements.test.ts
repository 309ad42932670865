import { describe, expect, test } from "vitest"
import { checkOf, evaluatorOf, tupleOf } from "./testing/model-builder.ts"

// What the naive evaluator, or the real server, once answered otherwise.

describe("disagreements found and settled", () => {
  test("a tuple that names a userset of the asked object is no tuple of that object: lists of a group's own access", () => {
    const types = `
type user
type group
  relations
    define member: [user]
type document
  relations
    define viewer: [group, group#member]`
    const { evaluator } = evaluatorOf(types, [
      "document:1#viewer@group:a#member",
      "document:2#viewer@group:a",
    ])
    expect(evaluator.listObjects({ user: "group:a", relation: "viewer", type: "document" }).objects).toEqual([
      "document:2",
    ])
  })

  test("a condition that cannot be evaluated is an error even where nobody is found behind it", () => {
    const types = `
type user
type group
  relations
    define member: [user]
type document
  relations
    define viewer: [group#member with flagged]
condition flagged(flag: bool) {
  flag
}`
    const conditional = { ...tupleOf("document:1#viewer@group:empty#member"), condition: { name: "flagged" } }
    const { evaluator } = evaluatorOf(types, [conditional])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("rebac.condition_failed")
  })

  test("a condition on a tuple that leads to nobody of the asker's kind is evaluated all the same", () => {
    const types = `
type user
type service
type group
  relations
    define member: [service]
type document
  relations
    define viewer: [user, group#member with flagged]
condition flagged(flag: bool) {
  flag
}`
    const conditional = { ...tupleOf("document:1#viewer@group:a#member"), condition: { name: "flagged" } }
    const { evaluator } = evaluatorOf(types, [conditional])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("rebac.condition_failed")
  })

  test("but not in a computed relation that nobody of the asker's kind can have", () => {
    const types = `
type user
type service
type group
  relations
    define member: [service]
type document
  relations
    define machines: [group#member with flagged]
    define viewer: [user] or machines
condition flagged(flag: bool) {
  flag
}`
    const conditional = { ...tupleOf("document:1#machines@group:a#member"), condition: { name: "flagged" } }
    const { evaluator } = evaluatorOf(types, [conditional])
    expect(checkOf(evaluator, "document:1#viewer@user:x")).toBe("denied")
    expect(checkOf(evaluator, "document:1#viewer@service:x")).toBe("rebac.condition_failed")
  })

  test("what is only ever subtracted does not make a list of objects fail", () => {
    const types = `
type user
type document
  relations
    define blocked: [user with flagged]
    define owner: [user]
    define viewer: owner but not blocked
condition flagged(flag: bool) {
  flag
}`
    const { evaluator } = evaluatorOf(types, [
      "document:1#owner@user:x",
      { ...tupleOf("document:2#blocked@user:x"), condition: { name: "flagged" } },
    ])
    expect(evaluator.listObjects({ user: "user:x", relation: "viewer", type: "document" }).objects).toEqual([
      "document:1",
    ])
  })
})
