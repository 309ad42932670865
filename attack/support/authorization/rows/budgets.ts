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

/** The longest that one question may take, on a busy machine. In milliseconds. */
const patienceMilliseconds = 3_000

const groups = 40

/** A check or list over its limits of depth, breadth or time ends with an error in time. */
export function budgetRow(make: MakeDecider): void {
  const inTime = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const began = performance.now()
    const result = await work()
    expect(performance.now() - began).toBeLessThan(patienceMilliseconds)
    return result
  }

  test("a thicket in which everything leads to everything is answered or refused in time, and never allowed", async () => {
    const decider = await make(model)
    const names = Array.from({ length: groups }, (_, index) => `group:${index}`)
    const edges = names.flatMap((from) =>
      names.filter((to) => to !== from).map((to) => tuple(`${from}#member member ${to}`)),
    )
    await decider.write(...edges)
    for (let round = 0; round < 5; round += 1) {
      expect(await inTime(() => decider.check("user:ada", "member", "group:0"))).not.toBe("allow")
      expect((await inTime(() => decider.listObjects("user:ada", "member", "group"))) ?? []).toEqual([])
      expect((await inTime(() => decider.listUsers("group:0", "member", "user"))) ?? []).toEqual([])
    }
    await decider.write(tuple("user:bob member group:1"))
    expect(await inTime(() => decider.check("user:bob", "member", "group:1"))).toBe("allow")
  }, 60_000)

  test("a lattice whose paths double at each level is answered or refused in time", async () => {
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
      expect(await inTime(() => decider.check("user:ada", relation, "node:a0"))).not.toBe("allow")
      expect((await inTime(() => decider.listObjects("user:ada", relation, "node"))) ?? []).toEqual([])
    }
    await decider.write(tuple(`user:bob left node:a${levels}`))
    expect(await inTime(() => decider.check("user:bob", "left", "node:a1"))).not.toBe("deny")
    expect(await inTime(() => decider.check("user:bob", "left", `node:a${levels}`))).toBe("allow")
  }, 60_000)

  test("a chain beyond the depth is an error, and the one within it an answer", async () => {
    const decider = await make(model)
    await decider.write(
      ...Array.from({ length: 60 }, (_, level) => tuple(`group:${level + 1}#member member group:${level}`)),
    )
    await decider.write(tuple("user:ada member group:60"))
    expect(await inTime(() => decider.check("user:ada", "member", "group:0"))).toBe("error")
    expect(await inTime(() => decider.check("user:ada", "member", "group:45"))).toBe("allow")
  }, 60_000)
}
