import { expect, test } from "vitest"
import { type MakeDecider, modelOf } from "../decider.ts"

const model = modelOf(`
type user
type User
type document
  relations
    define viewer: [user, User]
    define Viewer: [user]
`)

/** Ids that some database or locale takes for one. */
const names = [
  "ada",
  "Ada",
  "ADA",
  "ada.",
  "adá",
  "ada\u0301",
  "аda",
  "adа",
  "ada%20",
  "ada+",
  "straße",
  "strasse",
  "ı",
  "i",
  "I",
  "ﬁ",
  "fi",
  "ada\u200b",
]

/** Ids that differ only in case, accents, trailing spaces or form are different. */
export function lookAlikesRow(make: MakeDecider): void {
  test("a user's id is no other's that looks like it", async () => {
    const decider = await make(model)
    const held = names.map((holder, index) => ({
      holder,
      key: { user: `user:${holder}`, relation: "viewer", object: `document:${index}` },
    }))
    const tried = held.map(async ({ holder, key }) => {
      await decider.write(key)
      const verdicts = await Promise.all(
        names.map((other) => decider.check(`user:${other}`, "viewer", key.object)),
      )
      const opened = names.filter((_, index) => verdicts[index] === "allow")
      expect({ holder, opened }).toEqual({ holder, opened: [holder] })
      expect(await decider.listUsers(key.object, "viewer", "user")).toEqual([key.user])
      expect(await decider.check(`User:${holder}`, "viewer", key.object)).toBe("deny")
      expect(await decider.check(key.user, "Viewer", key.object)).toBe("deny")
    })
    await Promise.all(tried)
    for (const { holder, key } of held)
      expect(await decider.listObjects(`user:${holder}`, "viewer", "document")).toEqual([key.object])
    await decider.delete(...held.slice(1).map(({ key }) => key))
    for (const [index, { key }] of held.entries())
      expect(await decider.check(key.user, "viewer", key.object)).toBe(index === 0 ? "allow" : "deny")
  })

  test("an object's id is no other's that looks like it, and all may be there at once", async () => {
    const decider = await make(model)
    const keys = names.map((name) => ({
      user: `user:owner-of-${name}`,
      relation: "viewer",
      object: `document:${name}`,
    }))
    await decider.write(...keys)
    for (const { user, object } of keys)
      expect(await decider.listObjects(user, "viewer", "document")).toEqual([object])
  })

  test("spaces around an id are refused, not cut", async () => {
    const decider = await make(model)
    for (const user of ["user:ada ", " user:ada", "user: ada", "user:ada\u0000", "user:ada\n"])
      expect(await decider.refuses({ user, relation: "viewer", object: "document:1" })).toBe(true)
    expect(await decider.refuses({ user: "user:ada", relation: "viewer", object: "document:1" })).toBe(false)
  })
}
