import { expect, test } from "vitest"
import { type MakeDecider, modelOf, tuple } from "../decider.ts"

const model = modelOf(`
type user
type group
  relations
    define member: [user, group#member]
type document
  relations
    define base: [user, user with known, group#member]
    define taken: [user, user with known, group#member]
    define remaining: base but not taken
    define both: base and taken
    define nested: (base but not taken) and base
    define double: base but not remaining
condition known(x: int) {
  x == 1
}
`)

const open = tuple("user:ada base document:1")
const relations = ["remaining", "both", "nested"] as const

/** An error, a limit or a cycle on either side of an exclusion or intersection never ends in allow. */
export function failingSidesRow(make: MakeDecider): void {
  test("with both sides known, each combination decides as it is defined", async () => {
    const decider = await make(model)
    await decider.write(open, tuple("user:bob base document:1"), tuple("user:bob taken document:1"))
    const verdicts = async (user: string) =>
      Promise.all([...relations, "double"].map((relation) => decider.check(user, relation, "document:1")))
    expect(await verdicts("user:ada")).toEqual(["allow", "deny", "allow", "deny"])
    expect(await verdicts("user:bob")).toEqual(["deny", "allow", "deny", "allow"])
    expect(await verdicts("user:eve")).toEqual(["deny", "deny", "deny", "deny"])
  })

  test.each<[string, string, readonly string[]]>([
    ["a condition that lacks its value, in what is taken away", "taken", ["remaining", "both", "nested"]],
    ["a condition that lacks its value, in the base", "base", ["remaining", "both", "nested"]],
  ])("%s", async (_name, side, asked) => {
    const decider = await make(model)
    const other = side === "base" ? "taken" : "base"
    await decider.write(tuple(`user:ada ${side} document:1`, "known"), tuple(`user:ada ${other} document:1`))
    for (const relation of asked) {
      for (const context of [undefined, {}, { y: 1 }, { x: "junk" }, { x: null }]) {
        const verdict = await decider.check(
          "user:ada",
          relation,
          "document:1",
          context === undefined ? {} : { context },
        )
        expect({ relation, context, allowed: verdict === "allow" }).toEqual({
          relation,
          context,
          allowed: false,
        })
        const listed = await decider.listObjects(
          "user:ada",
          relation,
          "document",
          context === undefined ? {} : { context },
        )
        expect(listed ?? []).toEqual([])
      }
    }
    const context = { x: 1 }
    expect(await decider.check("user:ada", "both", "document:1", { context })).toBe("allow")
    expect(await decider.check("user:ada", "remaining", "document:1", { context })).toBe("deny")
  })

  test("a chain of groups too deep, on either side", async () => {
    for (const side of ["base", "taken"]) {
      const decider = await make(model)
      const other = side === "base" ? "taken" : "base"
      await decider.write(
        ...Array.from({ length: 30 }, (_, level) => tuple(`group:${level + 1}#member member group:${level}`)),
      )
      await decider.write(
        tuple("user:ada member group:30"),
        tuple(`group:0#member ${side} document:1`),
        tuple(`group:0#member ${side} document:2`),
        tuple(`user:ada ${other} document:1`),
      )
      for (const relation of relations) {
        for (const object of ["document:1", "document:2"])
          expect(await decider.check("user:ada", relation, object), `${side} ${relation}`).not.toBe("allow")
      }
    }
  })

  test("a ring of groups, on either side", async () => {
    const decider = await make(model)
    await decider.write(
      tuple("group:b#member member group:a"),
      tuple("group:a#member member group:b"),
      tuple("group:a#member base document:1"),
      tuple("user:ada taken document:1"),
      tuple("user:ada base document:2"),
      tuple("group:b#member taken document:2"),
      tuple("user:bob member group:b"),
    )
    for (const relation of relations)
      expect(await decider.check("user:ada", relation, "document:1")).not.toBe("allow")
    expect(await decider.check("user:ada", "both", "document:2")).not.toBe("allow")
    expect(await decider.check("user:bob", "remaining", "document:1")).toBe("allow")
    expect(await decider.check("user:bob", "remaining", "document:2")).toBe("deny")
  })
}
