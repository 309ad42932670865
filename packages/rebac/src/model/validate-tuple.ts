import { CONTEXT_VALUES_LIMIT } from "../limits.ts"
import {
  describeTuple,
  isRelationName,
  isWildcard,
  parseObject,
  parseUser,
  type RelationshipTuple,
  type TupleKey,
} from "../relationship-tuple.ts"
import type { CompiledModel } from "./compiled-model.ts"
import type { RelationSchema, Restriction } from "./model-schema.ts"

/**
 * Why the model does not allow a tuple to be written, in OpenFGA's words, or undefined where it does: ids, type, relation, the
 * exact type restriction, the condition and its context.
 */
export function validateTuple(model: CompiledModel, tuple: RelationshipTuple): string | undefined {
  const mistake = validateNames(model, tuple) ?? validateRestriction(model, tuple)
  if (mistake !== undefined) return `Invalid tuple '${describeTuple(tuple)}'. Reason: ${mistake}`
  const condition = validateCondition(model, tuple)
  if (condition === undefined) return undefined
  const name = tuple.condition ? ` (condition ${tuple.condition.name})` : ""
  return `Invalid tuple '${describeTuple(tuple)}${name}'. Reason: ${condition}`
}

/** True where all that the model does not allow of a tuple is its condition: lists answer that with another code than the rest. */
export function isRefusedForCondition(model: CompiledModel, tuple: RelationshipTuple): boolean {
  return (validateNames(model, tuple) ?? validateRestriction(model, tuple)) === undefined
}

/** Why user, relation and object do not fit the model's types, as OpenFGA asks of a question, or undefined where they do. */
export function validateNames(
  model: CompiledModel,
  { user, relation, object }: TupleKey,
): string | undefined {
  return (
    validateUser(model, user) ?? validateObject(model, object) ?? validateRelation(model, object, relation)
  )
}

/** Why a user does not fit the model, or undefined where it does. */
export function validateUser(model: CompiledModel, user: string): string | undefined {
  const parsed = parseUser(user)
  if (parsed === undefined) {
    const untyped = user === "*" || /^[^\p{Cc}#: ]+$/u.test(user)
    return untyped
      ? "the 'user' field must be an object (e.g. document:1) or an 'object#relation' or a typed wildcard (e.g. group:*)"
      : "the 'user' field is malformed"
  }
  const relations = model.schema.types.get(parsed.type)
  if (relations === undefined) return `type '${parsed.type}' not found`
  if (parsed.relation === undefined || relations.has(parsed.relation)) return undefined
  return `relation '${parsed.type}#${parsed.relation}' not found`
}

/** Why an object does not fit the model, or undefined where it does. */
export function validateObject(model: CompiledModel, object: string): string | undefined {
  const parsed = parseObject(object)
  if (parsed === undefined) return "invalid 'object' field format"
  if (isWildcard(object)) return "the 'object' field cannot reference a typed wildcard"
  return model.schema.types.has(parsed.type) ? undefined : `type '${parsed.type}' not found`
}

function validateRelation(model: CompiledModel, object: string, relation: string): string | undefined {
  if (!isRelationName(relation)) return "the 'relation' field is malformed"
  const type = parseObject(object)?.type ?? ""
  return model.schema.types.get(type)?.has(relation) ? undefined : `relation '${type}#${relation}' not found`
}

function relationOf(model: CompiledModel, { object, relation }: TupleKey): RelationSchema | undefined {
  return model.schema.types.get(parseObject(object)?.type ?? "")?.get(relation)
}

/** The restrictions that name the user's type in the user's form, whatever their condition. */
function restrictionsFor(relation: RelationSchema, user: string): readonly Restriction[] {
  const parsed = parseUser(user)
  const kind = parsed?.relation !== undefined ? "userset" : isWildcard(user) ? "everyone" : "object"
  return relation.restrictions.filter(
    (one) => one.type === parsed?.type && one.kind === kind && one.relation === (parsed.relation ?? ""),
  )
}

function validateRestriction(model: CompiledModel, tuple: TupleKey): string | undefined {
  const relation = relationOf(model, tuple)
  if (relation === undefined) return undefined
  const { type, name } = relation
  const user = parseUser(tuple.user)
  if (model.schema.tuplesets.has(relation)) {
    if (isWildcard(tuple.user))
      return `unexpected wildcard relationship with tupleset relation '${type}#${name}'`
    if (user?.relation !== undefined)
      return `unexpected user '${tuple.user}' with tupleset relation '${type}#${name}'`
  }
  if (restrictionsFor(relation, tuple.user).length > 0) return undefined
  if (user?.relation !== undefined)
    return `'${user.type}#${user.relation}' is not an allowed type restriction for '${type}#${name}'`
  if (isWildcard(tuple.user))
    return `the typed wildcard '${tuple.user}' is not an allowed type restriction for '${type}#${name}'`
  return `type '${user?.type}' is not an allowed type restriction for '${type}#${name}'`
}

function validateCondition(model: CompiledModel, tuple: RelationshipTuple): string | undefined {
  const relation = relationOf(model, tuple)
  if (relation === undefined) return undefined
  const restrictions = restrictionsFor(relation, tuple.user)
  const { condition } = tuple
  if (condition === undefined || condition === null)
    return restrictions.some((one) => one.condition === "") ? undefined : "condition is missing"
  if (/\p{Cc}/u.test(condition.name)) return "condition name contains forbidden characters"
  const program = model.conditionProgram(condition.name)
  if (program === undefined) return "undefined condition"
  if (!restrictions.some((one) => one.condition === condition.name))
    return "invalid condition for type restriction"
  const context = condition.context ?? {}
  return validateContext(context) ?? program.contextMistake(context)
}

/** Why a context may not be sent or kept: OpenFGA takes no control characters in its names and texts. */
export function validateContext(context: Readonly<Record<string, unknown>>): string | undefined {
  const pending: unknown[] = [context]
  for (let seen = 0; pending.length > 0; seen++) {
    if (seen + pending.length > CONTEXT_VALUES_LIMIT) return "the context is too large"
    const value = pending.pop()
    if (typeof value === "string" && /\p{Cc}/u.test(value))
      return "context value contains forbidden characters"
    if (Array.isArray(value)) for (const item of value) pending.push(item)
    else if (typeof value === "object" && value !== null)
      for (const key of Object.keys(value)) {
        if (/\p{Cc}/u.test(key)) return "context key contains forbidden characters"
        pending.push((value as Readonly<Record<string, unknown>>)[key])
      }
  }
  return undefined
}
