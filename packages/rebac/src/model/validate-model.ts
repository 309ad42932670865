import type { AuthorizationModel, RelationReference } from "../authorization-model.ts"
import type { ConditionProgram } from "../condition/condition-program.ts"
import { INLINE_CONDITION } from "../condition/inline-condition.ts"
import {
  MODEL_BYTES_LIMIT,
  MODEL_CONDITIONS_LIMIT,
  MODEL_TYPES_LIMIT,
  REWRITE_NESTING_LIMIT,
} from "../limits.ts"
import { type Pieces, runAtOnce } from "../pieces.ts"
import { checkConditions } from "./check-conditions.ts"
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
import { relationForm, typeForm } from "./name-forms.ts"

const reserved: ReadonlySet<string> = new Set(["self", "this"])

/** What a model was found to be: ready to be compiled, or with the rules that it breaks. */
export type CheckedModel =
  | {
      readonly kind: "valid"
      readonly schema: ModelSchema
      readonly programs: ReadonlyMap<string, ConditionProgram>
    }
  | { readonly kind: "invalid"; readonly violations: readonly ModelViolation[] }

/**
 * Every rule of the language that the model breaks, in OpenFGA's order: the first is the one its server answers with. Empty for
 * a valid model. Types and relations are looked at in the order of their names, as OpenFGA does.
 */
export function validateModel(model: AuthorizationModel): readonly ModelViolation[] {
  const checked = runAtOnce(checkModel(model))
  return checked.kind === "valid" ? [] : checked.violations
}

/** `validateModel` in pieces. Gives what it had to make of a valid model besides. */
export function* checkModel(model: AuthorizationModel): Pieces<CheckedModel> {
  const outline = validateOutline(model)
  if (outline.length > 0) return { kind: "invalid", violations: outline }
  yield
  const misnamed = validateNames(model)
  if (misnamed.length > 0) return { kind: "invalid", violations: misnamed }
  yield
  const unreadable = validateRewrites(model)
  if (unreadable.length > 0) return { kind: "invalid", violations: unreadable }
  yield
  const schema = yield* readModel(model, REWRITE_NESTING_LIMIT)
  yield
  const shared: Shared = {
    steps: new EntrypointSteps(),
    cyclic: computedCycles(schema),
    describedUsers: new Map(),
  }
  yield
  const ofRelations: ModelViolation[] = []
  for (const relation of sortedRelations(schema)) {
    yield
    const violation = yield* validateRelation(model, schema, relation, shared)
    if (violation !== undefined) ofRelations.push(violation)
  }
  if (ofRelations.length > 0) return { kind: "invalid", violations: ofRelations }
  const { programs, violations } = yield* checkConditions(model)
  return violations.length > 0 ? { kind: "invalid", violations } : { kind: "valid", schema, programs }
}

/** What the relations of a model share while they are looked at. */
interface Shared {
  readonly steps: EntrypointSteps
  readonly cyclic: ReadonlySet<RelationSchema>
  /** Of tuplesets the restrictions as messages list them: written once, for thousands of messages may list thousands. */
  readonly describedUsers: Map<RelationSchema, string>
}

/** The first rule that a relation breaks, in OpenFGA's order: its names, its type restrictions, who can ever have it, cycles. */
function* validateRelation(
  model: AuthorizationModel,
  schema: ModelSchema,
  relation: RelationSchema,
  shared: Shared,
): Pieces<ModelViolation | undefined> {
  return (
    validateReferences(schema, relation, shared) ??
    validateRestrictions(model, schema, relation) ??
    (yield* validateEntrypoints(schema, relation, shared))
  )
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
  return []
}

function validateNames({ type_definitions }: AuthorizationModel): ModelViolation[] {
  return type_definitions.flatMap(({ type, relations }) => [
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

function validateReferences(
  schema: ModelSchema,
  relation: RelationSchema,
  shared: Shared,
): ModelViolation | undefined {
  const { type, name } = relation
  const ofType = schema.types.get(type)
  for (const leaf of leavesOf(relation.rewrite)) {
    if (leaf.kind === "computed") {
      if (leaf.relation === name) return invalidRelation(type, name, "invalid userset rewrite definition")
      if (ofType?.has(leaf.relation) !== true) return undefinedRelation(type, name, leaf.relation)
    }
    if (leaf.kind !== "tuple_to_userset") continue
    const tupleset = ofType?.get(leaf.tupleset)
    if (tupleset === undefined) return undefinedRelation(type, name, leaf.tupleset)
    if (tupleset.rewrite.kind !== "direct") {
      const message = `the '${type}#${leaf.tupleset}' relation is referenced in at least one tupleset and thus must be a direct relation`
      return invalidModel(message, type, name)
    }
    if (tupleset.userTypes.some((user) => schema.types.get(user)?.has(leaf.computed))) continue
    const listed = describeUsers(tupleset, shared)
    const message = `undefined relation: ${leaf.computed} does not appear as a relation in any of the directly related user types [${listed}]`
    return invalidModel(message, type, name)
  }
  return undefined
}

function describeUsers(tupleset: RelationSchema, { describedUsers }: Shared): string {
  const known = describedUsers.get(tupleset)
  if (known !== undefined) return known
  const described = tupleset.listedRestrictions.map(describeRestriction).join(" ")
  describedUsers.set(tupleset, described)
  return described
}

function validateRestrictions(
  model: AuthorizationModel,
  schema: ModelSchema,
  relation: RelationSchema,
): ModelViolation | undefined {
  const { type, name } = relation
  const definition = model.type_definitions.find((one) => one.type === type)
  const references = ownMember(definition?.metadata?.relations, name)?.directly_related_user_types ?? []
  const assignable = isAssignable(relation)
  if (assignable && references.length === 0)
    return invalidModel(
      `the assignable relation '${name}' in object type '${type}' must contain at least one relation type`,
      type,
      name,
    )
  if (!assignable && references.length > 0)
    return invalidModel(
      `the non-assignable relation '${name}' in object type '${type}' should not contain a relation type`,
      type,
      name,
    )
  for (const reference of references) {
    const violation = validateReference(schema, relation, reference)
    if (violation !== undefined) return violation
  }
  return undefined
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
): ModelViolation | undefined {
  const { type, name } = relation
  const notValid = () => {
    const shown = reference.relation ? `${reference.type}#${reference.relation}` : reference.type
    return invalidModel(
      `the relation type '${shown}' on '${name}' in object type '${type}' is not valid`,
      type,
      name,
    )
  }
  const relations = schema.types.get(reference.type)
  if (relations === undefined) return notValid()
  const isObject = !reference.wildcard && reference.relation === undefined
  if (schema.tuplesets.has(relation) && !isObject) return notValid()
  if (!reference.wildcard && reference.relation === "")
    return invalidModel(
      `empty relation reference: the relation type '${reference.type}' on '${name}' in object type '${type}'`,
      type,
      name,
    )
  if (!reference.wildcard && reference.relation !== undefined && !relations.has(reference.relation))
    return notValid()
  const condition = reference.condition ?? ""
  if (condition !== "" && condition !== INLINE_CONDITION && !schema.conditions.has(condition))
    return invalidModel(`condition ${condition} is undefined for relation ${name}`, type, name)
  return undefined
}

function* validateEntrypoints(
  schema: ModelSchema,
  relation: RelationSchema,
  { steps, cyclic }: Shared,
): Pieces<ModelViolation | undefined> {
  const { type, name } = relation
  const entrypoints = yield* findEntrypoints(schema, relation, steps)
  switch (entrypoints.kind) {
    case "undefined":
      return invalidModel(
        `undefined type definition for '${entrypoints.type}#${entrypoints.relation}'`,
        type,
        name,
      )
    case "none":
      return invalidRelation(type, name, "no entrypoints defined")
    case "loop":
      return invalidRelation(type, name, "potential loop")
    case "found":
      return cyclic.has(relation)
        ? invalidRelation(type, name, "an authorization model cannot contain a cycle")
        : undefined
  }
}
