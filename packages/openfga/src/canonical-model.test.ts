import { permissionModel } from "@gatehouse/contracts"
import { expect, test } from "vitest"
import { canonicalModel } from "./canonical-model.ts"

test("a model shown with its id and every unset member equals the one that was written", () => {
  const shown = {
    id: "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ...permissionModel,
    conditions: {},
    type_definitions: permissionModel.type_definitions.map((type) => ({
      ...type,
      metadata: type.metadata ? { ...type.metadata, module: "", source_info: null } : null,
    })),
  }
  expect(canonicalModel(shown)).toBe(canonicalModel(permissionModel))
})

test("the order of types and of keys does not count, that of children of a rewrite does", () => {
  const reversed = {
    type_definitions: [...permissionModel.type_definitions].reverse(),
    schema_version: permissionModel.schema_version,
  }
  expect(canonicalModel(reversed)).toBe(canonicalModel(permissionModel))
  const ofChildren = (...child: object[]) => ({
    type_definitions: [{ type: "t", relations: { a: { union: { child } } } }],
  })
  expect(canonicalModel(ofChildren({ this: {} }, { computedUserset: { relation: "b" } }))).not.toBe(
    canonicalModel(ofChildren({ computedUserset: { relation: "b" } }, { this: {} })),
  )
})

test("what changes who may do what changes the canonical form", () => {
  const restriction = (reference: object) => ({
    type_definitions: [
      {
        type: "doc",
        relations: { viewer: { this: {} } },
        metadata: { relations: { viewer: { directly_related_user_types: [reference] } } },
      },
    ],
  })
  const forms = [
    restriction({ type: "user" }),
    restriction({ type: "user", wildcard: {} }),
    restriction({ type: "user", relation: "member" }),
    restriction({ type: "user", condition: "c" }),
    restriction({ type: "user", wildcard: {}, condition: "c" }),
    { type_definitions: [{ type: "doc", relations: { viewer: {} } }] },
    { type_definitions: [{ type: "doc", relations: {} }] },
  ].map(canonicalModel)
  expect(new Set(forms).size).toBe(6)
})
