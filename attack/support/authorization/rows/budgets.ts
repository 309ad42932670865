import { expect, test } from "vitest"
import { type MakeDecider, modelOf, tuple } from "../decider.ts"

const model = modelOf(`
type user
type group
  relations
    define member: [user, group#member]
type node
  relations
    define parent: [node]
    define left: [user] or left from parent or right from parent
    define right: [user] or right from parent or left from parent
    define open: left but not right
`)

const groups = 40

/** A check or list over its limits of depth, breadth or time ends with an error: without them it would not within the test. */
export function budgetRow(make: MakeDecider): void {
  test("a thicket in which everything leads to everything ends in an answer or a refusal, and is never allowed", async () => {
    const decider = await make(model)
    const names = Array.from({ length: groups }, (_, index) => `group:${index}`)
    const edges = names.flatMap((from) =>
      names.filter((to) => to !== from).map((to) => tuple(`${from}#member member ${to}`)),
    )
    await decider.write(...edges)
    for (let round = 0; round < 5; round += 1) {
      expect(await decider.check("user:ada", "member", "group:0")).not.toBe("allow")
      expect((await decider.listObjects("user:ada", "member", "group")) ?? []).toEqual([])
      expect((await decider.listUsers("group:0", "member", "user")) ?? []).toEqual([])
    }
    await decider.write(tuple("user:bob member group:1"))
    expect(await decider.check("user:bob", "member", "group:1")).toBe("allow")
  }, 60_000)

  test("a lattice whose paths double at each level ends in an answer or a refusal", async () => {
    const decider = await make(model)
    const levels = 22
    for (let level = 0; level < levels; level += 1) {
      for (const side of ["a", "b"])
        await decider.write(
          tuple(`node:a${level + 1} parent node:${side}${level}`),
          tuple(`node:b${level + 1} parent node:${side}${level}`),
        )
    }
    for (const relation of ["left", "open"]) {
      expect(await decider.check("user:ada", relation, "node:a0")).not.toBe("allow")
      expect((await decider.listObjects("user:ada", relation, "node")) ?? []).toEqual([])
    }
    await decider.write(tuple(`user:bob left node:a${levels}`))
    expect(await decider.check("user:bob", "left", "node:a1")).not.toBe("deny")
    expect(await decider.check("user:bob", "left", `node:a${levels}`)).toBe("allow")
  }, 60_000)

  test("a chain beyond the depth is an error, and the one within it an answer", async () => {
    const decider = await make(model)
    await decider.write(
      ...Array.from({ length: 60 }, (_, level) => tuple(`group:${level + 1}#member member group:${level}`)),
    )
    await decider.write(tuple("user:ada member group:60"))
    expect(await decider.check("user:ada", "member", "group:0")).toBe("error")
    expect(await decider.check("user:ada", "member", "group:45")).toBe("allow")
  }, 60_000)
}
