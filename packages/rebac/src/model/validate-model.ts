import type { AuthorizationModel, RelationReference } from "../authorization-model.ts"
import { ConditionProblem } from "../condition/condition-problem.ts"
import { compileCondition } from "../condition/condition-program.ts"
import { INLINE_CONDITION } from "../condition/inline-condition.ts"
import {
  CONDITION_EXPRESSION_BYTES_LIMIT,
  CONDITION_PARAMETERS_LIMIT,
  MODEL_BYTES_LIMIT,
  MODEL_CONDITIONS_LIMIT,
  MODEL_TYPES_LIMIT,
  REWRITE_NESTING_LIMIT,
} from "../limits.ts"
import { computedCycles, EntrypointSteps, findEntrypoints } from "./find-entrypoints.ts"
import { jsonBytes } from "./json-size.ts"
import {
  isAssignable,
  leavesOf,
  type ModelSchema,
  ownMember,
  type RelationSchema,
  type Restriction,
  readModel,
  readRewrite,
} from "./model-schema.ts"
import { invalidModel, invalidRelation, type ModelViolation, undefinedRelation } from "./model-violation.ts"

const typeForm = /^[^:#@\s]{1,254}$/u
const relationForm = /^[^:#@\s]{1,50}$/u
const reserved: ReadonlySet<string> = new Set(["self", "this"])

/**
 * Every rule of the language that the model breaks, in OpenFGA's order: the first is the one its server answers with. Empty for
 * a valid model. Types and relations are looked at in the order of their names, as OpenFGA does.
 */
export function validateModel(model: AuthorizationModel): readonly ModelViolation[] {
  const outline = validateOutline(model)
  if (outline.length > 0) return outline
  const unreadable = validateRewrites(model)
  if (unreadable.length > 0) return unreadable
  const schema = readModel(model, REWRITE_NESTING_LIMIT)
  const shared = { steps: new EntrypointSteps(), cyclic: computedCycles(schema) }
  const violations = sortedRelations(schema).flatMap((relation) =>
    validateRelation(model, schema, relation, shared),
  )
  return violations.length > 0 ? violations : validateConditions(model)
}

/** What the relations of a model share while they are looked at. */
interface Shared {
  readonly steps: EntrypointSteps
  readonly cyclic: ReadonlySet<RelationSchema>
}

/** The first rule that a relation breaks, in OpenFGA's order: its names, its type restrictions, who can ever have it, cycles. */
function validateRelation(
  model: AuthorizationModel,
  schema: ModelSchema,
  relation: RelationSchema,
  shared: Shared,
): ModelViolation[] {
  const rules = [
    () => validateReferences(schema, relation),
    () => validateRestrictions(model, schema, relation),
    () => validateEntrypoints(schema, relation, shared),
  ]
  for (const rule of rules) {
    const [violation] = rule()
    if (violation !== undefined) return [violation]
  }
  return []
}

function validateOutline(model: AuthorizationModel): ModelViolation[] {
  const definitions = model.type_definitions ?? []
  if (definitions.length > MODEL_TYPES_LIMIT) return [tooMany("type definitions", MODEL_TYPES_LIMIT)]
  const bytes = jsonBytes(model, MODEL_BYTES_LIMIT)
  if (bytes > MODEL_BYTES_LIMIT)
    return [
      {
        code: "exceeded_entity_limit",
        message: `model exceeds size limit: ${bytes} bytes vs ${MODEL_BYTES_LIMIT} bytes`,
      },
    ]
  if (model.schema_version !== "1.1" && model.schema_version !== "1.2")
    return [invalidModel("invalid schema version")]
  if (Object.keys(model.conditions ?? {}).length > MODEL_CONDITIONS_LIMIT)
    return [tooMany("conditions", MODEL_CONDITIONS_LIMIT)]
  if (new Set(definitions.map(({ type }) => type)).size !== definitions.length)
    return [invalidModel("an authorization model cannot contain duplicate types")]
  return definitions.flatMap(({ type, relations }) => [
    ...validateTypeName(type),
    ...Object.keys(relations ?? {}).flatMap((relation) => validateRelationName(type, relation)),
  ])
}

function tooMany(what: string, limit: number): ModelViolation {
  return {
    code: "exceeded_entity_limit",
    message: `The number of ${what} in an authorization model exceeds the allowed limit of ${limit}`,
  }
}

function validateTypeName(type: string): ModelViolation[] {
  if (type === "") return [invalidModel("the type name of a type definition cannot be an empty string")]
  if (reserved.has(type)) return [invalidModel(`the definition of type '${type}' is invalid`, type)]
  return typeForm.test(type)
    ? []
    : [
        invalidModel(
          `invalid TypeDefinition.Type: value does not match regex pattern "^[^:#@\\\\s]{1,254}$"`,
          type,
        ),
      ]
}

function validateRelationName(type: string, relation: string): ModelViolation[] {
  if (relation === "")
    return [invalidModel(`type '${type}' defines a relation with an empty string for a name`, type)]
  if (reserved.has(relation)) return [invalidRelation(type, relation, "self and this are reserved keywords")]
  return relationForm.test(relation)
    ? []
    : [
        invalidModel(
          `invalid TypeDefinition.Relations[${relation}]: value does not match regex pattern "^[^:#@\\\\s]{1,50}$"`,
          type,
          relation,
        ),
      ]
}

function validateRewrites(model: AuthorizationModel): ModelViolation[] {
  return model.type_definitions.flatMap(({ type, relations }) =>
    Object.entries(relations ?? {}).flatMap(([relation, userset]) =>
      readRewrite(userset, REWRITE_NESTING_LIMIT) === undefined
        ? [invalidRelation(type, relation, "invalid userset rewrite definition")]
        : [],
    ),
  )
}

function sortedRelations(schema: ModelSchema): RelationSchema[] {
  const byName = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
  return [...schema.relations].sort((a, b) => byName(a.type, b.type) || byName(a.name, b.name))
}

function validateReferences(schema: ModelSchema, relation: RelationSchema): ModelViolation[] {
  const { type, name } = relation
  const ofType = schema.types.get(type)
  return [...leavesOf(relation.rewrite)].flatMap((leaf): ModelViolation[] => {
    if (leaf.kind === "computed") {
      if (leaf.relation === name) return [invalidRelation(type, name, "invalid userset rewrite definition")]
      return ofType?.has(leaf.relation) ? [] : [undefinedRelation(type, name, leaf.relation)]
    }
    if (leaf.kind !== "tuple_to_userset") return []
    const tupleset = ofType?.get(leaf.tupleset)
    if (tupleset === undefined) return [undefinedRelation(type, name, leaf.tupleset)]
    if (tupleset.rewrite.kind !== "direct") {
      const message = `the '${type}#${leaf.tupleset}' relation is referenced in at least one tupleset and thus must be a direct relation`
      return [invalidModel(message, type, name)]
    }
    const users = tupleset.restrictions
    if (users.some((user) => schema.types.get(user.type)?.has(leaf.computed))) return []
    const listed = users.map(describeRestriction).join(" ")
    const message = `undefined relation: ${leaf.computed} does not appear as a relation in any of the directly related user types [${listed}]`
    return [invalidModel(message, type, name)]
  })
}

function validateRestrictions(
  model: AuthorizationModel,
  schema: ModelSchema,
  relation: RelationSchema,
): ModelViolation[] {
  const { type, name } = relation
  const definition = model.type_definitions.find((one) => one.type === type)
  const references = ownMember(definition?.metadata?.relations, name)?.directly_related_user_types ?? []
  const assignable = isAssignable(relation)
  if (assignable && references.length === 0)
    return [
      invalidModel(
        `the assignable relation '${name}' in object type '${type}' must contain at least one relation type`,
        type,
        name,
      ),
    ]
  if (!assignable && references.length > 0)
    return [
      invalidModel(
        `the non-assignable relation '${name}' in object type '${type}' should not contain a relation type`,
        type,
        name,
      ),
    ]
  return references.flatMap((reference) => validateReference(schema, relation, reference))
}

/** A restriction as OpenFGA's message shows it, in protobuf's text form. */
function describeRestriction({ type, kind, relation, condition }: Restriction): string {
  const form = kind === "everyone" ? ["wildcard:{}"] : kind === "userset" ? [`relation:"${relation}"`] : []
  return [`type:"${type}"`, ...form, ...(condition === "" ? [] : [`condition:"${condition}"`])].join("  ")
}

function validateReference(
  schema: ModelSchema,
  relation: RelationSchema,
  reference: RelationReference,
): ModelViolation[] {
  const { type, name } = relation
  const shown = reference.relation ? `${reference.type}#${reference.relation}` : reference.type
  const notValid = [
    invalidModel(
      `the relation type '${shown}' on '${name}' in object type '${type}' is not valid`,
      type,
      name,
    ),
  ]
  const relations = schema.types.get(reference.type)
  if (relations === undefined) return notValid
  const isObject = !reference.wildcard && reference.relation === undefined
  if (schema.tuplesets.has(relation) && !isObject) return notValid
  if (!reference.wildcard && reference.relation === "")
    return [
      invalidModel(
        `empty relation reference: the relation type '${reference.type}' on '${name}' in object type '${type}'`,
        type,
        name,
      ),
    ]
  if (!reference.wildcard && reference.relation !== undefined && !relations.has(reference.relation))
    return notValid
  const condition = reference.condition ?? ""
  if (condition !== "" && condition !== INLINE_CONDITION && !schema.conditions.has(condition))
    return [invalidModel(`condition ${condition} is undefined for relation ${name}`, type, name)]
  return []
}

function validateEntrypoints(
  schema: ModelSchema,
  relation: RelationSchema,
  { steps, cyclic }: Shared,
): ModelViolation[] {
  const { type, name } = relation
  const entrypoints = findEntrypoints(schema, relation, steps)
  switch (entrypoints.kind) {
    case "undefined":
      return [
        invalidModel(
          `undefined type definition for '${entrypoints.type}#${entrypoints.relation}'`,
          type,
          name,
        ),
      ]
    case "none":
      return [invalidRelation(type, name, "no entrypoints defined")]
    case "loop":
      return [invalidRelation(type, name, "potential loop")]
    case "found":
      return cyclic.has(relation)
        ? [invalidRelation(type, name, "an authorization model cannot contain a cycle")]
        : []
  }
}

function validateConditions(model: AuthorizationModel): ModelViolation[] {
  return Object.entries(model.conditions ?? {}).flatMap(([key, condition]): ModelViolation[] => {
    if (key !== condition.name)
      return [invalidModel(`condition key '${key}' does not match condition name '${condition.name}'`)]
    const names = [key, ...Object.keys(condition.parameters ?? {})]
    if (!names.every((name) => relationForm.test(name)))
      return [
        invalidModel(`invalid Condition.Name: value does not match regex pattern "^[^:#@\\\\s]{1,50}$"`),
      ]
    const bytes = new TextEncoder().encode(condition.expression).length
    if (bytes > CONDITION_EXPRESSION_BYTES_LIMIT)
      return [
        invalidModel(
          `invalid Condition.Expression: value length must be at most ${CONDITION_EXPRESSION_BYTES_LIMIT} bytes`,
        ),
      ]
    if (Object.keys(condition.parameters ?? {}).length > CONDITION_PARAMETERS_LIMIT)
      return [
        invalidModel(
          `invalid Condition.Parameters: value must contain no more than ${CONDITION_PARAMETERS_LIMIT} pair(s)`,
        ),
      ]
    try {
      compileCondition(condition)
      return []
    } catch (error) {
      if (!(error instanceof ConditionProblem)) throw error
      return [invalidModel(`failed to compile expression on condition '${key}' - ${error.message}`)]
    }
  })
}
