import type { RelationshipTuple } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { type MakeDecider, modelOf, tuple } from "../decider.ts"

const model = modelOf(`
type user
type employee
type group
  relations
    define member: [user]
    define guest: [user]
type document
  relations
    define direct: [user]
    define through: [group#member]
    define conditional: [user with yes]
    define everyone: [user:*]
    define everyone_if: [user:* with yes]
    define all_employees: [employee:*]
    define mixed: [user:*, employee, group#member]
condition yes(x: int) {
  x == 1
}
condition other(x: int) {
  x == 1
}
`)

const relations = [
  "direct",
  "through",
  "conditional",
  "everyone",
  "everyone_if",
  "all_employees",
  "mixed",
] as const
const holders: readonly [string, string | undefined][] = [
  ["user:ada", undefined],
  ["user:ada", "yes"],
  ["user:ada", "other"],
  ["user:*", undefined],
  ["user:*", "yes"],
  ["user:*", "other"],
  ["group:g#member", undefined],
  ["group:g#member", "yes"],
  ["group:g#guest", undefined],
  ["group:g", undefined],
  ["group:*", undefined],
  ["employee:ada", undefined],
  ["employee:*", undefined],
]
const allowed = new Set([
  "direct user:ada ",
  "through group:g#member ",
  "conditional user:ada yes",
  "everyone user:* ",
  "everyone_if user:* yes",
  "all_employees employee:* ",
  "mixed user:* ",
  "mixed employee:ada ",
  "mixed group:g#member ",
])

const combinations = relations.flatMap((relation) =>
  holders.map(([user, condition]) => ({
    relation,
    isAllowed: allowed.has(`${relation} ${user} ${condition ?? ""}`),
    key: tuple(`${user} ${relation} document:1`, condition) as RelationshipTuple,
  })),
)
const context = { x: 1 }
const members = [tuple("user:ada member group:g"), tuple("user:ada guest group:g")]
const askers = ["user:ada", "employee:ada"]

/** A contextual tuple counts only where the same tuple, stored, would count. */
export function contextualRow(make: MakeDecider): void {
  test("every contextual tuple of another type, userset, wildcard or condition than allowed is refused, as its write is", async () => {
    const decider = await make(model)
    await decider.write(...members)
    const tried = combinations.map(async ({ relation, key, isAllowed }) => {
      const more = { contextualTuples: [key], context }
      const verdicts = await Promise.all(
        askers.map((asker) => decider.check(asker, relation, "document:1", more)),
      )
      const lists = await Promise.all(
        askers.map((asker) => decider.listObjects(asker, relation, "document", more)),
      )
      const found = {
        key,
        allowed: verdicts.includes("allow"),
        erroneous: verdicts.every((verdict) => verdict === "error"),
        listed: lists.some((list) => list?.includes("document:1")),
        refused: await decider.refuses({ ...key, object: "document:w" }),
      }
      expect(found).toEqual({
        key,
        allowed: isAllowed,
        erroneous: !isAllowed,
        listed: isAllowed,
        refused: !isAllowed,
      })
    })
    await Promise.all(tried)
  })
}

/** A stored tuple counts only under the exact restriction that the model names. */
export function restrictionRow(make: MakeDecider): void {
  test("a stored tuple that the model in use does not allow counts for nothing, in check and in lists", async () => {
    const foreign = combinations
      .filter(({ key, isAllowed }) => key.condition === undefined && !isAllowed)
      .map(({ key }, index) => ({ ...key, object: `document:${index}` }))
    expect(foreign.length).toBeGreaterThan(30)
    const decider = await make(model)
    await decider.plant(...foreign)
    await decider.write(...members, tuple("user:ada direct document:twin"))
    const tried = foreign.map(async ({ user, relation, object }) => {
      const verdicts = await Promise.all(
        [...askers, user].map((asker) => decider.check(asker, relation, object, { context })),
      )
      expect({ user, relation, verdicts }).not.toMatchObject({ verdicts: expect.arrayContaining(["allow"]) })
      expect((await decider.listUsers(object, relation, "user", { context })) ?? []).toEqual([])
    })
    await Promise.all(tried)
    for (const relation of relations) {
      for (const asker of askers) {
        const listed = (await decider.listObjects(asker, relation, "document", { context })) ?? []
        expect(listed).toEqual(relation === "direct" && asker === "user:ada" ? ["document:twin"] : [])
      }
    }
  })

  test("public access opens a type's own users alone: no userset, no other type, and only while its condition holds", async () => {
    const decider = await make(model)
    await decider.write(tuple("user:* everyone document:1"), tuple("user:* everyone_if document:1", "yes"))
    expect(await decider.check("user:ada", "everyone", "document:1")).toBe("allow")
    await decider.write(tuple("user:* mixed document:1"))
    expect(await decider.check("user:ada", "mixed", "document:1")).toBe("allow")
    for (const relation of ["everyone", "mixed"])
      for (const asker of ["employee:ada", "group:g", "group:g#member", "employee:*"])
        expect(await decider.check(asker, relation, "document:1")).not.toBe("allow")
    expect(await decider.listObjects("employee:ada", "mixed", "document")).toEqual([])
    expect(await decider.check("user:ada", "everyone_if", "document:1", { context })).toBe("allow")
    for (const wrong of [{ x: 2 }, { y: 1 }, {}])
      expect(await decider.check("user:ada", "everyone_if", "document:1", { context: wrong })).not.toBe(
        "allow",
      )
    expect(await decider.check("user:ada", "direct", "document:1")).toBe("deny")
  })
}
