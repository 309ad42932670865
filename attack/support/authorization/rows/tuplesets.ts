import { expect, test } from "vitest"
import { type MakeDecider, modelOf, tuple } from "../decider.ts"

const model = modelOf(`
type user
type group
  relations
    define member: [user]
type folder
  relations
    define viewer: [user, user:*]
type document
  relations
    define parent: [folder]
    define viewer: viewer from parent
    define owner: [user]
`)

/** A tupleset that is not direct, or holds a wildcard or a userset, is refused; what the model does not allow counts for nothing. */
export function tuplesetRow(make: MakeDecider): void {
  const folder = "type user\ntype folder\n  relations\n    define viewer: [user]\n"
  test.each([
    ["computed", "define direct: [folder]\n    define parent: direct"],
    ["a union", "define direct: [folder]\n    define parent: [folder] or direct"],
    ["an exclusion", "define direct: [folder]\n    define parent: [folder] but not direct"],
    ["public", "define parent: [folder:*]"],
    ["public among others", "define parent: [folder, folder:*]"],
    ["a userset", "define parent: [folder#viewer]"],
  ])("a model whose tupleset is %s is refused", async (_name, relations) => {
    const text = `${folder}type document\n  relations\n    ${relations}\n    define viewer: viewer from parent\n`
    await expect(make(modelOf(text))).rejects.toThrow()
    const twin = `${folder}type document\n  relations\n    define parent: [folder]\n    define viewer: viewer from parent\n`
    await expect(make(modelOf(twin))).resolves.toBeDefined()
  })

  test("a wildcard, a userset or another type as parent is refused, and leads nowhere where it is there all the same", async () => {
    const decider = await make(model)
    const foreign = ["folder:*", "folder:f#viewer", "group:g", "document:2", "user:ada"].map(
      (user, index) => ({
        user,
        relation: "parent",
        object: `document:planted-${index}`,
      }),
    )
    for (const key of foreign) expect(await decider.refuses(key)).toBe(true)
    await decider.plant(...foreign)
    await decider.write(
      tuple("user:* viewer folder:f"),
      tuple("user:ada viewer folder:other"),
      tuple("user:ada member group:g"),
    )
    for (const { object } of foreign)
      expect(await decider.check("user:ada", "viewer", object)).not.toBe("allow")
    expect(await decider.listObjects("user:ada", "viewer", "document")).toEqual([])
    await decider.write(tuple("folder:f parent document:twin"))
    expect(await decider.listObjects("user:ada", "viewer", "document")).toEqual(["document:twin"])
  })

  test("tuples of relations and types that the model in use no longer has count for nothing", async () => {
    const decider = await make(model)
    await decider.plant(
      tuple("user:ada editor document:1"),
      tuple("folder:f owner document:1"),
      tuple("user:ada viewer document:1"),
      tuple("user:ada owner team:1"),
    )
    for (const relation of ["viewer", "owner", "editor"])
      expect(await decider.check("user:ada", relation, "document:1")).not.toBe("allow")
    expect(await decider.check("user:ada", "owner", "team:1")).toBe("error")
    expect(await decider.listObjects("user:ada", "viewer", "document")).toEqual([])
    await decider.write(tuple("user:ada owner document:1"))
    expect(await decider.check("user:ada", "owner", "document:1")).toBe("allow")
  })
}
