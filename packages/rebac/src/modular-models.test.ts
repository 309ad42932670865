import { transformer } from "@openfga/syntax-transformer"
import { expect, test } from "vitest"
import type { AuthorizationModel } from "./authorization-model.ts"
import { createEvaluator } from "./create-evaluator.ts"
import { compileModel } from "./model/compiled-model.ts"
import { validateModel } from "./model/validate-model.ts"
import { createTupleStore } from "./store/tuple-store.ts"
import { tupleOf } from "./testing/model-builder.ts"

const core = `module core

type user

type organization
  relations
    define member: [user]
    define admin: [user with in_hours]

condition in_hours(now: timestamp, until: timestamp) {
  now < until
}`
const wiki = `module wiki

extend type organization
  relations
    define can_create_page: admin

type page
  relations
    define organization: [organization]
    define editor: can_create_page from organization`

/** The modules as OpenFGA's own tools put them together. */
function modelOf(...modules: readonly string[]): AuthorizationModel {
  const files = modules.map((contents, index) => ({ name: `module-${index}.fga`, contents }))
  return transformer.transformModuleFilesToModel(files, "1.2")
}

test("a model of modules is one model: what a module adds to another's type counts as if it stood there", () => {
  const model = modelOf(core, wiki)
  expect(model.schema_version).toBe("1.2")
  expect(model.type_definitions.find(({ type }) => type === "page")?.metadata?.module).toBe("wiki")
  expect(validateModel(model)).toEqual([])
  const store = createTupleStore()
  const context = { until: "2026-11-22T18:00:00Z" }
  store.write({
    writes: [
      tupleOf("page:1#organization@organization:acme"),
      { ...tupleOf("organization:acme#admin@user:ann"), condition: { name: "in_hours", context } },
      tupleOf("organization:acme#member@user:bob"),
    ],
  })
  const evaluator = createEvaluator(compileModel(model), store)
  const mayEdit = (user: string, now: string) =>
    evaluator.check({ user, relation: "editor", object: "page:1", context: { now } }).allowed
  expect(mayEdit("user:ann", "2026-11-22T17:59:59Z")).toBe(true)
  expect(mayEdit("user:ann", "2026-11-22T18:00:00Z")).toBe(false)
  expect(mayEdit("user:bob", "2026-11-22T17:59:59Z")).toBe(false)
})

test("a mistake across modules is the model's mistake: the relation of another module's type must be there", () => {
  const model = modelOf(core, wiki)
  const without: AuthorizationModel = {
    ...model,
    type_definitions: model.type_definitions.map((definition) =>
      definition.type === "organization" ? { ...definition, relations: {}, metadata: null } : definition,
    ),
  }
  expect(validateModel(without)[0]?.message).toContain("can_create_page")
})
