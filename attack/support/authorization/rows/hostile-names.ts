import type { AuthorizationModel } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { type MakeDecider, modelOf, tuple } from "../decider.ts"

const model = modelOf(`
type user
type group
  relations
    define member: [user]
type document
  relations
    define viewer: [user, user:*, group#member, user with known]
condition known(where: string, ctx: map<string>) {
  where in ctx
}
`)

/** Ids that would end early, name another kind of thing, or nothing at all. */
const malformed = [
  "",
  "a:b",
  ":",
  "a#b",
  "#",
  "group:a#member#member",
  "a b",
  " a",
  "a ",
  "\ta",
  "a\n",
  "a\u0000",
  "a\u007f",
  "a\u0085",
  "a\u001b[2J",
]

/** Ids that mean something to a prototype, a path, a pattern, a database or a template, and here are ids. */
const wellFormed = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "valueOf",
  "then",
  "null",
  "undefined",
  "0",
  "-0",
  "NaN",
  "true",
  "..",
  "../../etc",
  "a/b",
  "%2e%2e",
  "a%00",
  "**",
  "a*",
  "*a",
  "a,b",
  "a@b",
  "a|b",
  "'--",
  '"',
  "\\",
  "$1",
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a template is what somebody could take it for.
  "${x}",
  "{{x}}",
  "[x]",
  "\u202e",
  "\ufeffx",
  "\u{1f600}",
]

/** Names of every form are themselves, or are refused: none is cut, folded, or found on a prototype. */
export function hostileNamesRow(make: MakeDecider, options: { readonly longIds: "kept" | "refused" }): void {
  test("an id that is not well formed is refused wherever it stands, and never allowed", async () => {
    const decider = await make(model)
    await decider.write(
      tuple("user:* viewer document:public"),
      tuple("user:a member group:a"),
      tuple("group:a#member viewer document:1"),
    )
    for (const id of malformed) {
      const refused = [
        { user: `user:${id}`, relation: "viewer", object: "document:2" },
        { user: "user:a", relation: "viewer", object: `document:${id}` },
        { user: `group:${id}#member`, relation: "viewer", object: "document:2" },
        { user: "user:a", relation: `viewer${id}`, object: "document:2" },
      ].slice(0, id === "" ? 3 : 4)
      for (const one of refused) {
        expect({ one, refused: await decider.refuses(one) }).toEqual({ one, refused: true })
        expect(await decider.check(one.user, one.relation, one.object)).not.toBe("allow")
        const more = { contextualTuples: [one] }
        expect({ one, verdict: await decider.check("user:a", "viewer", "document:1", more) }).toEqual({
          one,
          verdict: "error",
        })
      }
      expect(await decider.check(`user:${id}`, "viewer", "document:public")).toBe("error")
    }
    expect(await decider.check("user:a", "viewer", "document:1")).toBe("allow")
    expect(await decider.check("user:b", "viewer", "document:public")).toBe("allow")
  })

  test("an id of any other form is itself and nobody else's, nor everyone's", async () => {
    const decider = await make(model)
    await decider.write(
      ...wellFormed.map((id) => ({ user: `user:${id}`, relation: "viewer", object: `document:${id}` })),
    )
    await Promise.all(
      wellFormed.map(async (id) => {
        expect(await decider.check(`user:${id}`, "viewer", `document:${id}`)).toBe("allow")
        expect(await decider.listObjects(`user:${id}`, "viewer", "document")).toEqual([`document:${id}`])
        expect(await decider.listUsers(`document:${id}`, "viewer", "user")).toEqual([`user:${id}`])
        for (const other of ["a", "A", "x", "user", "*x"])
          expect(await decider.check(`user:${other}`, "viewer", `document:${id}`)).toBe("deny")
      }),
    )
    await decider.delete({ user: "user:__proto__", relation: "viewer", object: "document:__proto__" })
    expect(await decider.check("user:__proto__", "viewer", "document:__proto__")).toBe("deny")
    expect(await decider.check("user:constructor", "viewer", "document:constructor")).toBe("allow")
  })

  test("an object that is everyone of its type is refused, and asks for nobody", async () => {
    const decider = await make(model)
    await decider.write(tuple("user:* viewer document:1"))
    for (const object of ["document:*", "*", "*:*", "document"]) {
      expect(await decider.refuses({ user: "user:a", relation: "viewer", object })).toBe(true)
      expect(await decider.check("user:a", "viewer", object)).toBe("error")
    }
    for (const user of ["*", "*:*", "user", "user:*#member", "group:*#member"])
      expect(await decider.check(user, "viewer", "document:1")).not.toBe("allow")
  })

  test("ids of ten thousand characters that differ in the last are told apart, or refused", async () => {
    const decider = await make(model)
    const long = "x".repeat(10_000)
    const own = { user: `user:${long}a`, relation: "viewer", object: `document:${long}a` }
    const kept = options.longIds === "kept"
    expect(await decider.refuses(own)).toBe(!kept)
    if (kept) await decider.write(own)
    expect(await decider.check(own.user, "viewer", own.object)).toBe(kept ? "allow" : "error")
    expect(await decider.check(`user:${long}b`, "viewer", own.object)).not.toBe("allow")
    expect(await decider.check(own.user, "viewer", `document:${long}b`)).not.toBe("allow")
    // What the wire allows at most is kept whole everywhere.
    const [user, object] = ["u".repeat(512 - 6), "o".repeat(256 - 10)]
    await decider.write({ user: `user:${user}y`, relation: "viewer", object: `document:${object}y` })
    expect(await decider.check(`user:${user}y`, "viewer", `document:${object}y`)).toBe("allow")
    expect(await decider.check(`user:${user}z`, "viewer", `document:${object}y`)).toBe("deny")
    expect(await decider.check(`user:${user}y`, "viewer", `document:${object}z`)).toBe("deny")
  })

  test.each(prototypeNames)("%s is an ordinary type, relation, condition and parameter", async (name) => {
    const decider = await make(modelNamed(name))
    const [user, object] = [`${name}:${name}`, `${name}:other`]
    const condition = { name }
    await decider.write({ user, relation: name, object, condition })
    const context = (value: unknown) => ({ context: JSON.parse(`{"${name}":${JSON.stringify(value)}}`) })
    expect(await decider.check(user, name, object, context(name))).toBe("allow")
    expect(await decider.check(user, name, object, context("other"))).toBe("deny")
    for (const more of [{}, { context: {} }, context(null), context({ [name]: name })])
      expect(await decider.check(user, name, object, more)).toBe("error")
    expect(await decider.listObjects(user, name, name, context(name))).toEqual([object])
    expect(await decider.listUsers(object, name, name, context(name))).toEqual([user])
  })

  test.each(prototypeNames)("%s is no type, relation or member of a context that has none", async (name) => {
    const decider = await make(model)
    await decider.write(
      tuple("user:a viewer document:1"),
      tuple("user:b viewer document:1", "known", { where: name }),
    )
    expect(await decider.check("user:a", name, "document:1")).toBe("error")
    expect(await decider.check("user:a", "viewer", `${name}:1`)).toBe("error")
    expect(await decider.check(`${name}:a`, "viewer", "document:1")).toBe("error")
    expect(await decider.check(`document:1#${name}`, "viewer", "document:1")).toBe("error")
    const known = (ctx: string) =>
      decider.check("user:b", "viewer", "document:1", JSON.parse(`{"context":${ctx}}`))
    expect(await known('{"ctx":{}}')).toBe("deny")
    expect(await known(`{"ctx":{"${name}":"x"}}`)).toBe("allow")
    expect(await known(`{"${name}":{"ctx":{"${name}":"x"}}}`)).toBe("error")
    expect(Object.keys(Object.prototype)).toEqual([])
  })
}

const prototypeNames = ["__proto__", "constructor", "toString", "hasOwnProperty"]

/** A model in which everything has the name. Made from text: `__proto__` in a literal would set the prototype. */
function modelNamed(name: string): AuthorizationModel {
  const text = JSON.stringify({
    schema_version: "1.1",
    type_definitions: [
      {
        type: "@",
        relations: { "@": { this: {} } },
        metadata: { relations: { "@": { directly_related_user_types: [{ type: "@", condition: "@" }] } } },
      },
    ],
    conditions: {
      "@": { name: "@", expression: "@ == '@'", parameters: { "@": { type_name: "TYPE_NAME_STRING" } } },
    },
  })
  return JSON.parse(text.replaceAll("@", name))
}
