import type {
  AuthorizationModel,
  ConditionDefinition,
  ConditionParameter,
  RelationMetadata,
  RelationReference,
  TypeDefinition,
  TypeMetadata,
  Userset,
} from "@gatehouse/rebac"
import {
  anyMembers,
  isAbsent,
  listOf,
  membersOf,
  optional,
  type Part,
  type PartReader,
  recordOf,
  text,
} from "./part.ts"

const objectRelation = membersOf({ object: optional(text), relation: optional(text) })

/** Functions, since a rewrite holds rewrites. */
const userset: PartReader<Userset> = (part) => rewrite(part)
const children = membersOf({ child: listOf(userset) })
const rewrite: PartReader<Userset> = membersOf({
  this: optional(anyMembers),
  computedUserset: optional(objectRelation),
  tupleToUserset: optional(membersOf({ tupleset: objectRelation, computedUserset: objectRelation })),
  union: optional(children),
  intersection: optional(children),
  difference: optional(membersOf({ base: userset, subtract: userset })),
})

const origin = {
  module: optional(text),
  source_info: optional(membersOf({ file: optional(text) })),
}

const reference: PartReader<RelationReference> = membersOf({
  type: text,
  relation: optional(text),
  wildcard: optional(anyMembers),
  condition: optional(text),
})

const relationMetadata: PartReader<RelationMetadata> = membersOf({
  directly_related_user_types: optional(listOf(reference)),
  ...origin,
})

const typeMetadata: PartReader<TypeMetadata> = membersOf({
  relations: optional(recordOf(relationMetadata)),
  ...origin,
})

const typeDefinition: PartReader<TypeDefinition> = membersOf({
  type: text,
  relations: optional(recordOf(userset)),
  metadata: optional(typeMetadata),
})

const parameter: PartReader<ConditionParameter> = (part) => parameterMembers(part)
const parameterMembers: PartReader<ConditionParameter> = membersOf({
  type_name: text,
  generic_types: optional(listOf(parameter)),
})

const condition: PartReader<ConditionDefinition> = membersOf({
  name: text,
  expression: text,
  parameters: optional(recordOf(parameter)),
  metadata: optional(membersOf(origin)),
})

const model = membersOf({
  id: optional(text),
  created_at: optional(text),
  schema_version: text,
  type_definitions: listOf(typeDefinition),
  conditions: optional(recordOf(condition)),
})

/** As OpenFGA's API answers: the model in a member of its own. */
const answer = membersOf({ authorization_model: model })

/**
 * A model in OpenFGA's JSON form, also as its API answers with it. Members are looked at, rules are the evaluator's to check. Throws
 * `openfga.file_invalid`.
 */
export function parseJsonModel(part: Part): AuthorizationModel {
  const { created_at: _, ...found } = isAnswer(part) ? answer(part).authorization_model : model(part)
  return found
}

function isAnswer(part: Part): boolean {
  const { value } = part
  return !isAbsent(part) && typeof value === "object" && Object.hasOwn(value as object, "authorization_model")
}
