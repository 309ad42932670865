import { expect, test } from "vitest"
import { type Circumstances, type MakeDecider, modelOf, tuple, type Verdict } from "../decider.ts"

const model = modelOf(`
type user
type group
  relations
    define member: [user]
type document
  relations
    define blocked: [user, group#member]
    define viewer: [user, user with in_list, user with in_office, group#member]
    define editor: viewer but not blocked
condition in_list(allowed: list<string>, wanted: string) {
  wanted in allowed
}
condition in_office(place: string, level: int) {
  place == "office" && level >= 3
}
`)

/** Two checks that differ in anything never share an answer, however often and in whatever order they are asked. */
export function cacheKeyRow(make: MakeDecider): void {
  test("questions that differ in tuple, contextual tuples, condition or context each get their own answer, in any order", async () => {
    const decider = await make(model)
    await decider.write(
      tuple("user:ada viewer document:list", "in_list", { allowed: ["a", "b"] }),
      tuple("user:ada viewer document:office", "in_office"),
      tuple("group:g#member viewer document:group"),
    )
    const member = (...users: string[]): Circumstances => ({
      contextualTuples: users.map((user) => tuple(`${user} member group:g`)),
    })
    const list = (wanted: string, allowed?: readonly string[]): Circumstances => ({
      context: { wanted, ...(allowed === undefined ? {} : { allowed }) },
    })
    const granted = (name: string, context: Readonly<Record<string, unknown>>): Circumstances => ({
      contextualTuples: [tuple("user:ada viewer document:new", name, context)],
      context: { wanted: "a", place: "office", level: 3 },
    })
    const questions: readonly [string, Circumstances, Verdict][] = [
      ["user:ada viewer document:group", {}, "deny"],
      ["user:ada viewer document:group", member("user:ada"), "allow"],
      ["user:ada viewer document:group", member("user:bob"), "deny"],
      ["user:bob viewer document:group", member("user:ada"), "deny"],
      ["user:ada viewer document:group", member("user:bob", "user:ada"), "allow"],
      ["user:ada viewer document:group", member("user:adabob"), "deny"],
      ["user:ada viewer document:group", member("user:ad", "user:a"), "deny"],
      [
        "user:ada viewer document:group",
        { contextualTuples: [tuple("user:ada viewer document:group")] },
        "allow",
      ],
      [
        "user:ada viewer document:other",
        { contextualTuples: [tuple("user:ada viewer document:group")] },
        "deny",
      ],
      ["user:ada editor document:group", member("user:ada"), "allow"],
      [
        "user:ada editor document:group",
        {
          contextualTuples: [
            tuple("user:ada member group:g"),
            tuple("group:g#member blocked document:group"),
          ],
        },
        "deny",
      ],
      ["user:ada viewer document:list", list("a"), "allow"],
      ["user:ada viewer document:list", list("c"), "deny"],
      ["user:ada viewer document:list", list("b"), "allow"],
      ["user:ada viewer document:list", list("c", ["c"]), "deny"],
      ["user:ada viewer document:list", list("a,b"), "deny"],
      ["user:ada viewer document:list", list('a","b'), "deny"],
      ["user:ada viewer document:office", { context: { place: "office", level: 3 } }, "allow"],
      ["user:ada viewer document:office", { context: { place: "office", level: 2 } }, "deny"],
      ["user:ada viewer document:office", { context: { place: "home", level: 3 } }, "deny"],
      ["user:ada viewer document:office", { context: { place: "office\n", level: 3 } }, "error"],
      ["user:ada viewer document:office", { context: { place: "offic", level: 3, e: "" } }, "deny"],
      ["user:ada viewer document:new", granted("in_list", { allowed: ["a"] }), "allow"],
      ["user:ada viewer document:new", granted("in_list", { allowed: ["b"] }), "deny"],
      ["user:ada viewer document:new", granted("in_list", { allowed: [] }), "deny"],
      ["user:ada viewer document:new", granted("in_list", { allowed: ["b", "a"] }), "allow"],
      ["user:ada viewer document:new", granted("in_office", { level: 3 }), "allow"],
      ["user:ada viewer document:new", granted("in_office", { level: 2 }), "deny"],
      [
        "user:ada viewer document:new",
        { contextualTuples: [tuple("user:ada viewer document:new")] },
        "allow",
      ],
      ["user:ada viewer document:new", {}, "deny"],
    ]
    for (const round of [questions, questions.toReversed(), questions]) {
      for (const [text, more, expected] of round) {
        const [user = "", relation = "", object = ""] = text.split(" ")
        const verdict = await decider.check(user, relation, object, more)
        expect({ text, more, verdict }).toEqual({ text, more, verdict: expected })
      }
    }
  })

  test("contextual tuples in another order, or twice, change no answer and stay with their question", async () => {
    const decider = await make(model)
    const tuples = ["a", "b", "c"].map((name) => tuple(`user:${name} member group:g`))
    const granted = tuple("group:g#member viewer document:1")
    for (const contextualTuples of [
      [granted, ...tuples],
      [...tuples, granted],
      [...tuples.toReversed(), granted],
    ]) {
      expect(await decider.check("user:b", "viewer", "document:1", { contextualTuples })).toBe("allow")
      expect(await decider.check("user:b", "viewer", "document:1")).toBe("deny")
      expect(await decider.listObjects("user:b", "viewer", "document", { contextualTuples })).toEqual([
        "document:1",
      ])
      expect(await decider.listObjects("user:b", "viewer", "document")).toEqual([])
      expect(await decider.listUsers("document:1", "viewer", "user", { contextualTuples })).toEqual([
        "user:a",
        "user:b",
        "user:c",
      ])
    }
  })

  test("a write and a delete change the next answer", async () => {
    const decider = await make(model)
    const key = tuple("user:ada viewer document:1")
    for (let round = 0; round < 3; round += 1) {
      expect(await decider.check("user:ada", "viewer", "document:1")).toBe("deny")
      await decider.write(key)
      expect(await decider.check("user:ada", "viewer", "document:1")).toBe("allow")
      await decider.delete(key)
    }
  })
}
