import { GatehouseError } from "@gatehouse/kernel"
import { describe, expect, test } from "vitest"
import type { AuthorizationModel, TypeDefinition, Userset } from "../authorization-model.ts"
import { modelOf } from "../testing/model-builder.ts"
import { compileModel } from "./compiled-model.ts"
import { validateModel } from "./validate-model.ts"

const user: TypeDefinition = { type: "user" }
const direct: Userset = { this: {} }
const computed = (relation: string): Userset => ({ computedUserset: { relation } })

function model(types: readonly TypeDefinition[], rest: Partial<AuthorizationModel> = {}): AuthorizationModel {
  return { schema_version: "1.1", type_definitions: types, ...rest }
}

function document(
  relations: Record<string, Userset>,
  restrictions: Record<string, object[]>,
): TypeDefinition {
  return {
    type: "document",
    relations,
    metadata: {
      relations: Object.fromEntries(
        Object.entries(restrictions).map(([name, types]) => [
          name,
          { directly_related_user_types: types as never },
        ]),
      ),
    },
  }
}

const firstMessage = (broken: AuthorizationModel): string | undefined => validateModel(broken)[0]?.message

describe("rules of the language, with OpenFGA's sentences", () => {
  const onlyUsers = { viewer: [{ type: "user" }] }
  test.each<[string, AuthorizationModel, string]>([
    ["an unknown schema version", model([user], { schema_version: "2.0" }), "invalid schema version"],
    ["a type twice", model([user, user]), "an authorization model cannot contain duplicate types"],
    ["a reserved type", model([{ type: "self" }]), "the definition of type 'self' is invalid"],
    [
      "a type without a name",
      model([{ type: "" }]),
      "the type name of a type definition cannot be an empty string",
    ],
    [
      "a relation without a name",
      model([document({ "": direct }, {})]),
      "type 'document' defines a relation with an empty string for a name",
    ],
    [
      "a reserved relation",
      model([document({ this: direct }, {})]),
      "the definition of relation 'this' in object type 'document' is invalid: self and this are reserved keywords",
    ],
    [
      "no rewrite",
      model([user, document({ viewer: {} }, onlyUsers)]),
      "the definition of relation 'viewer' in object type 'document' is invalid: invalid userset rewrite definition",
    ],
    [
      "a relation computed from itself",
      model([user, document({ viewer: computed("viewer") }, {})]),
      "the definition of relation 'viewer' in object type 'document' is invalid: invalid userset rewrite definition",
    ],
    [
      "an undefined relation",
      model([user, document({ viewer: computed("editor") }, {})]),
      "'document#editor' relation is undefined",
    ],
    [
      "an undefined type",
      model([document({ viewer: direct }, onlyUsers)]),
      "the relation type 'user' on 'viewer' in object type 'document' is not valid",
    ],
    [
      "an undefined relation of a type",
      model([user, document({ viewer: direct }, { viewer: [{ type: "user", relation: "member" }] })]),
      "the relation type 'user#member' on 'viewer' in object type 'document' is not valid",
    ],
    [
      "an empty relation of a type",
      model([
        user,
        document({ viewer: direct }, { viewer: [{ type: "user" }, { type: "user", relation: "" }] }),
      ]),
      "empty relation reference: the relation type 'user' on 'viewer' in object type 'document'",
    ],
    [
      "no restriction",
      model([user, document({ viewer: direct }, {})]),
      "the assignable relation 'viewer' in object type 'document' must contain at least one relation type",
    ],
    [
      "a restriction that nothing uses",
      model([
        user,
        document(
          { editor: direct, viewer: computed("editor") },
          { editor: [{ type: "user" }], viewer: [{ type: "user" }] },
        ),
      ]),
      "the non-assignable relation 'viewer' in object type 'document' should not contain a relation type",
    ],
    [
      "an undefined condition",
      model([user, document({ viewer: direct }, { viewer: [{ type: "user", condition: "late" }] })]),
      "condition late is undefined for relation viewer",
    ],
    [
      "a condition under another name",
      model([user], { conditions: { a: { name: "b", expression: "true" } } }),
      "condition key 'a' does not match condition name 'b'",
    ],
  ])("%s is refused", (_, broken, message) => {
    expect(firstMessage(broken)).toBe(message)
    expect(() => compileModel(broken)).toThrow(GatehouseError)
  })

  test("a tupleset that is not direct, or that may hold a userset or everyone, is refused", () => {
    const parent = (restrictions: object[], rewrite: Userset = direct): AuthorizationModel =>
      model([
        user,
        document(
          {
            other: direct,
            parent: rewrite,
            viewer: {
              tupleToUserset: { tupleset: { relation: "parent" }, computedUserset: { relation: "other" } },
            },
          },
          { other: [{ type: "user" }], parent: restrictions },
        ),
      ])
    expect(firstMessage(parent([{ type: "document" }]))).toBeUndefined()
    expect(firstMessage(parent([{ type: "document", wildcard: {} }]))).toContain(
      "the relation type 'document' on 'parent'",
    )
    expect(firstMessage(parent([{ type: "document", relation: "other" }]))).toContain(
      "the relation type 'document#other' on 'parent'",
    )
    expect(firstMessage(parent([], computed("other")))).toContain("must be a direct relation")
    expect(firstMessage(parent([{ type: "user" }]))).toContain(
      "does not appear as a relation in any of the directly related user types",
    )
  })

  test("relations that nobody can ever have, and definitions that go in a circle, are refused", () => {
    const circle = model([user, document({ a: computed("b"), b: computed("a") }, {})])
    expect(firstMessage(circle)).toContain("potential loop")
    const nobody = model([user, document({ a: direct }, { a: [{ type: "document", relation: "a" }] })])
    expect(firstMessage(nobody)).toContain("no entrypoints defined")
    const both = model([
      user,
      document(
        {
          a: { union: { child: [direct, computed("b")] } },
          b: { union: { child: [direct, computed("a")] } },
        },
        { a: [{ type: "user" }], b: [{ type: "user" }] },
      ),
    ])
    expect(firstMessage(both)).toContain("an authorization model cannot contain a cycle")
  })

  test("an expression that does not compile is shown with its place", () => {
    const broken = model([user], {
      conditions: { late: { name: "late", expression: "now > 1", parameters: {} } },
    })
    expect(firstMessage(broken)).toBe(
      "failed to compile expression on condition 'late' - ERROR: late:1:1: undeclared reference to 'now' (in container '')\n | now > 1\n | ^",
    )
  })
})

describe("sizes", () => {
  test("a mistake in a condition's constant, where it would not be evaluated too", () => {
    const expression = 'false && "x".matches("(")'
    const broken = model([user], { conditions: { late: { name: "late", expression } } })
    expect(validateModel(broken)).toMatchObject([
      {
        code: "invalid_authorization_model",
        message:
          "failed to compile expression on condition 'late' - condition expression construction: error parsing regexp: missing closing ): `(`",
      },
    ])
  })

  test("more types, conditions, parameters or bytes than OpenFGA takes are refused", () => {
    const types = (count: number) => Array.from({ length: count }, (_, index) => ({ type: `t${index}` }))
    const condition = (name: string, expression: string) => ({ name, expression, parameters: {} })
    const conditions = (count: number) =>
      Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`c${index}`, condition(`c${index}`, "true")]),
      )
    expect(validateModel(model(types(100)))).toEqual([])
    expect(validateModel(model(types(101)))[0]?.code).toBe("exceeded_entity_limit")
    expect(validateModel(model([user], { conditions: conditions(25) }))).toEqual([])
    expect(validateModel(model([user], { conditions: conditions(26) }))).toHaveLength(1)
    const long = { long: condition("long", `${"true || ".repeat(80)}true`) }
    expect(firstMessage(model([user], { conditions: long }))).toContain("at most 512 bytes")
    expect(firstMessage(model([{ type: "a".repeat(255) }]))).toContain("does not match regex pattern")
  })

  test("a rewrite nested ten thousand deep is refused, and does not exhaust the stack", () => {
    let rewrite: Userset = direct
    for (let depth = 0; depth < 10_000; depth++) rewrite = { union: { child: [rewrite] } }
    expect(
      firstMessage(model([user, document({ viewer: rewrite }, { viewer: [{ type: "user" }] })])),
    ).toBeDefined()
  })
})

describe("names of Object's prototype", () => {
  test.each(["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf"])(
    "%s is a name like any other",
    (name) => {
      const defined = modelOf(`
type user
type ${name === "__proto__" ? "proto" : name}
  relations
    define viewer: [user]`)
      expect(validateModel(defined)).toEqual([])
      expect(firstMessage(model([user, document({ viewer: computed(name) }, {})]))).toBe(
        `'document#${name}' relation is undefined`,
      )
      expect(
        firstMessage(model([user, document({ viewer: direct }, { viewer: [{ type: name }] })])),
      ).toContain("is not valid")
      expect(
        firstMessage(
          model([user, document({ viewer: direct }, { viewer: [{ type: "user", condition: name }] })]),
        ),
      ).toContain("is undefined for relation")
    },
  )
})

test("every broken relation is named, the one that OpenFGA's server names first", () => {
  const broken = model([
    user,
    document({ b: computed("x"), a: computed("y") }, {}),
    { type: "album", relations: { c: computed("z") } },
  ])
  expect(validateModel(broken).map(({ type, relation }) => `${type}#${relation}`)).toEqual([
    "album#c",
    "document#a",
    "document#b",
  ])
})

test("a model in which many relations lead to entrypoints in very many ways is refused soon, one in few ways is valid", () => {
  const levels = (count: number, relations: number): AuthorizationModel => {
    const ofLevel = (level: number) =>
      Array.from({ length: relations }, (_, index) =>
        level === count
          ? `    define r${index}: [user]`
          : `    define p${index}: [t${level + 1}]\n    define r${index}: r${index} from p${index} and r${index} from p${index}`,
      )
    const types = Array.from({ length: count + 1 }, (_, level) =>
      [`type t${level}`, "  relations", ...ofLevel(level)].join("\n"),
    )
    return modelOf(["type user", ...types].join("\n"))
  }
  expect(validateModel(levels(8, 20))).toEqual([])
  const tangled = levels(20, 20)
  const before = process.threadCpuUsage()
  expect(firstMessage(tangled)).toContain("no entrypoints defined")
  expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(6_000)
})

test("thousands of relations one inside the other end in an answer, whether they can be looked through or not", () => {
  const chain = (makeRelation: (next: string) => string): AuthorizationModel => {
    const relations = Array.from(
      { length: 3_000 },
      (_, index) => `    define r${index}: ${makeRelation(`r${index + 1}`)}`,
    )
    return modelOf(
      ["type user", "type document", "  relations", ...relations, "    define r3000: [user]"].join("\n"),
    )
  }
  expect(validateModel(chain((next) => `[user] or ${next}`))).toEqual([])
  expect(firstMessage(chain((next) => `[document#${next}]`))).toContain("no entrypoints defined")
  expect(firstMessage(chain((next) => `${next} but not r3000`))).toContain("no entrypoints defined")
})
