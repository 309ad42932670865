import { expect, test } from "vitest"
import { type MakeDecider, modelOf, tuple } from "../decider.ts"

const model = modelOf(`
type user
type group
  relations
    define member: [user, group#member]
type document
  relations
    define parent: [document]
    define viewer: [user, group#member] or viewer from parent
    define banned: [user, group#member]
    define reader: viewer but not banned
    define both: viewer and banned
`)

/** What a cycle, a limit or an error cut short is never the answer to another question. */
export function cycleRow(make: MakeDecider): void {
  test("a ring asked from each of its members answers the same, whatever was asked before", async () => {
    const ring = ["a", "b", "c", "d"]
    for (const order of [ring, ring.toReversed(), ["c", "a", "d", "b"]]) {
      const decider = await make(model)
      for (const [index, name] of ring.entries())
        await decider.write(tuple(`group:${ring[(index + 1) % ring.length]}#member member group:${name}`))
      for (const name of order)
        expect(await decider.check("user:ada", "member", `group:${name}`)).toBe("deny")
      await decider.write(tuple("user:ada member group:c"))
      for (const name of order)
        expect(await decider.check("user:ada", "member", `group:${name}`)).toBe("allow")
      expect(await decider.listObjects("user:ada", "member", "group")).toEqual(
        ring.map((name) => `group:${name}`),
      )
      await decider.delete(tuple("user:ada member group:c"))
      for (const name of order)
        expect(await decider.check("user:ada", "member", `group:${name}`)).toBe("deny")
    }
  })

  test("a ring below an exclusion or an intersection decides nothing by being cut", async () => {
    const decider = await make(model)
    await decider.write(
      tuple("group:x#member member group:y"),
      tuple("group:y#member member group:x"),
      tuple("user:ada viewer document:1"),
      tuple("group:x#member banned document:1"),
      tuple("group:y#member viewer document:1"),
    )
    for (let round = 0; round < 2; round += 1) {
      expect(await decider.check("user:ada", "both", "document:1")).not.toBe("allow")
      await decider.write(tuple("user:ada member group:y"))
      expect(await decider.check("user:ada", "reader", "document:1")).toBe("deny")
      expect(await decider.check("user:ada", "both", "document:1")).toBe("allow")
      expect(await decider.check("user:bob", "reader", "document:1")).not.toBe("allow")
      await decider.delete(tuple("user:ada member group:y"))
    }
  })

  test("a question that went too deep leaves nothing behind for the next", async () => {
    const decider = await make(model)
    await decider.write(
      ...Array.from({ length: 40 }, (_, level) => tuple(`document:${level + 1} parent document:${level}`)),
    )
    await decider.write(tuple("user:ada viewer document:40"))
    for (let round = 0; round < 2; round += 1) {
      expect(await decider.check("user:ada", "viewer", "document:0")).toBe("error")
      expect(await decider.check("user:ada", "viewer", "document:30")).toBe("allow")
      expect(await decider.check("user:bob", "viewer", "document:30")).toBe("deny")
      expect(await decider.check("user:ada", "viewer", "document:39")).toBe("allow")
    }
  })
}
