import { assertDefined } from "@gatehouse/kernel"
import { turnsDuring } from "@gatehouse/kernel/testing"
import { describe, expect, test } from "vitest"
import type { AuthorizationModel, RelationReference, Userset } from "../authorization-model.ts"
import { REWRITE_NESTING_LIMIT } from "../limits.ts"
import { type Pieces, runAtOnce } from "../pieces.ts"
import { modelOf } from "../testing/model-builder.ts"
import { compileModel, compileModelInTurns } from "./compiled-model.ts"
import { EntrypointSteps, findEntrypoints } from "./find-entrypoints.ts"
import { readModel } from "./model-schema.ts"
import { checkModel } from "./validate-model.ts"

const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))

const through = (computed: string): Userset => ({
  tupleToUserset: { tupleset: { relation: "parent" }, computedUserset: { relation: computed } },
})

/** A model of users and of documents with the given relations: name, rewrite, whom it may be given to. */
function documentsOf(
  relations: readonly (readonly [string, Userset, readonly RelationReference[]])[],
  conditions: AuthorizationModel["conditions"] = {},
): AuthorizationModel {
  const metadata = {
    relations: Object.fromEntries(
      relations.map(([name, , users]) => [name, { directly_related_user_types: users }]),
    ),
  }
  return {
    schema_version: "1.1",
    type_definitions: [
      { type: "user" },
      {
        type: "document",
        relations: Object.fromEntries(relations.map(([name, rewrite]) => [name, rewrite])),
        metadata,
      },
    ],
    conditions,
  }
}

/** A relation that leads to entrypoints in two to the power of 25 ways. */
const tangled = modelOf(
  [
    "type user",
    ...times(
      25,
      (level) =>
        `type t${level}\n  relations\n    define p: [t${level + 1}]\n    define r: r from p and r from p`,
    ),
    "type t25\n  relations\n    define r: [user]",
  ].join("\n"),
)

function countPieces(pieces: Pieces<unknown>): number {
  let count = 1
  while (pieces.next().done !== true) count++
  return count
}

describe("a model is looked at in pieces", () => {
  test("of one relation or one condition at most", () => {
    const relations = times(300, (index) => [`r${index}`, { this: {} }, [{ type: "user" }]] as const)
    const conditions = times(20, (index) => ({ name: `c${index}`, expression: "true" }))
    const model = documentsOf(relations, Object.fromEntries(conditions.map((one) => [one.name, one])))
    // Once to be read, once to be looked at.
    expect(countPieces(checkModel(model))).toBeGreaterThan(2 * 300 + 20)
  })

  test("and a relation that leads on in very many ways in hundreds", () => {
    const schema = runAtOnce(readModel(tangled, REWRITE_NESTING_LIMIT))
    const relation = assertDefined(schema.types.get("t0")?.get("r"), "the model defines it")
    expect(countPieces(findEntrypoints(schema, relation, new EntrypointSteps()))).toBeGreaterThan(200)
  })

  test("as one whose tupleset has very many restrictions, repeated ones too", () => {
    const users = [...times(10_000, () => ({ type: "user" })), { type: "document" }]
    const member = ["member", { this: {} }, [{ type: "user" }]] as const
    const readers = times(200, (index) => [`r${index}`, through("member"), []] as const)
    const pieces = countPieces(checkModel(documentsOf([["parent", { this: {} }, users], member, ...readers])))
    // Each reader passes over 10,000 restrictions, a hundred for a step: 20,000 steps beside two pieces for each relation.
    expect(pieces).toBeGreaterThan(2 * 202 + 4 + 3)
  })
})

test("others have their turn while a model is compiled", async () => {
  const turns = await turnsDuring(() =>
    expect(compileModelInTurns(tangled)).rejects.toMatchObject({ code: "rebac.invalid_model" }),
  )
  expect(turns).toBeGreaterThan(1)
})

test("a model compiled in turns is the model compiled at once", async () => {
  const model = documentsOf([
    ["parent", { this: {} }, [{ type: "document" }]],
    ["reader", { union: { child: [{ this: {} }, through("reader")] } }, [{ type: "user" }]],
  ])
  expect((await compileModelInTurns(model)).schema).toEqual(compileModel(model).schema)
})

test("a tupleset leads to each relation once, however often its restrictions name a type", () => {
  const users = times(1_000, () => ({ type: "document" }))
  const { schema, predecessors } = compileModel(
    documentsOf([
      ["parent", { this: {} }, users],
      ["member", { this: {} }, [{ type: "user" }]],
      ["reader", through("member"), []],
    ]),
  )
  const member = schema.types.get("document")?.get("member")
  expect(member && predecessors.get(member)?.map(({ name }) => name)).toEqual(["reader"])
})

test("a restriction that is listed a thousand times is one restriction", () => {
  const users = times(1_000, () => ({ type: "user" }))
  const { schema } = compileModel(documentsOf([["reader", { this: {} }, users]]))
  const reader = schema.types.get("document")?.get("reader")
  expect(reader?.restrictions).toHaveLength(1)
  expect(reader?.listedRestrictions).toHaveLength(1_000)
})
