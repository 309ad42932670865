import type { GatehouseError } from "@gatehouse/kernel"
import { refuse, type WireErrorCode } from "./error-codes.ts"

/**
 * A member that breaks a rule of the wire's schema. The real server derives the code from the member and the kind of
 * rule; most end as `validation_error`, and these do not.
 */
const codesOfRules: readonly (readonly [field: RegExp, reason: RegExp, code: WireErrorCode])[] = [
  [/^Assertions$/, /^value must contain no more than/, "assertions_too_many_items"],
  [/^Base$/, /^value is required/, "difference_base_missing_value"],
  [/^Subtract$/, /^value is required/, "subtract_base_missing_value"],
  [/^TupleKey$/, /^value is required/, "tuple_key_value_not_specified"],
  [/^Object$/, /^value length must be at most/, "object_too_long"],
  [/^Relation$/, /^value length must be at most/, "relation_too_long"],
  [/^PageSize$/, /^value must be inside range/, "page_size_invalid"],
  [/^Type$/, /^value does not match regex pattern/, "type_invalid_pattern"],
  [/^Relations\[/, /^value does not match regex pattern/, "relations_invalid_pattern"],
  [/^TypeDefinitions$/, /^value must contain at least/, "type_definitions_too_few_items"],
]

/** The refusal of a member: `message` and `field` as the wire's schema names them. */
export function violation(message: string, field: string, reason: string): GatehouseError {
  const rule = codesOfRules.find(([fields, reasons]) => fields.test(field) && reasons.test(reason))
  return refuse(rule?.[2] ?? "validation_error", `invalid ${message}.${field}: ${reason}`)
}

/** The refusal of a member that is missing, in the words of the real server's validator. */
export function requiredViolation(message: string, field: string): GatehouseError {
  return violation(message, field, "value is required")
}

/** Refuses a list that is longer than the wire's schema allows. */
export function requireAtMost(
  count: number,
  maximum: number,
  message: string,
  field: string,
  unit: string,
): void {
  if (count > maximum) throw violation(message, field, `value must contain no more than ${maximum} ${unit}`)
}

/** Refuses text of more than so many bytes of UTF-8. */
export function requireBytesAtMost(text: string, maximum: number, message: string, field: string): void {
  if (Buffer.byteLength(text, "utf8") > maximum)
    throw violation(message, field, `value length must be at most ${maximum} bytes`)
}

/** A form that a member must have, with the spelling in which the wire's messages show it. */
export interface WirePattern {
  readonly expression: RegExp
  readonly shown: string
}

// The real server's patterns are RE2: `\s` is these five characters there, and lengths count code points.
const notSpace = "[^\\t\\n\\f\\r ]"
const pattern = (source: string, shown: string): WirePattern => ({
  expression: new RegExp(source, "u"),
  shown,
})

/** Patterns of the real server's validator, each beside the spelling that its messages show. */
export const wirePatterns = {
  ulid: pattern("^[ABCDEFGHJKMNPQRSTVWXYZ0-9]{26}$", "^[ABCDEFGHJKMNPQRSTVWXYZ0-9]{26}$"),
  user: pattern(`^${notSpace}{2,512}$`, "^[^\\\\s]{2,512}$"),
  object: pattern(`^${notSpace}{2,256}$`, "^[^\\\\s]{2,256}$"),
  relation: pattern("^[^:#@\\t\\n\\f\\r ]{1,50}$", "^[^:#@\\\\s]{1,50}$"),
  type: pattern("^[^:#@\\t\\n\\f\\r ]{1,254}$", "^[^:#@\\\\s]{1,254}$"),
  changesType: pattern("^[^:#\\t\\n\\f\\r ]{1,254}$", "^[^:#\\\\s]{1,254}$"),
  objectId: pattern("[^#:\\t\\n\\f\\r ]+$", "[^#:\\\\s]+$"),
  readUser: pattern(`^${notSpace}{1,511}:${notSpace}{1,511}$`, "^[^\\\\s]{1,511}:[^\\\\s]{1,511}$"),
  conditionName: pattern(`^${notSpace}{2,256}$`, "^[^\\\\s]{2,256}$"),
  correlationId: pattern("^[0-9A-Za-z_-]{1,36}$", "^[\\\\w\\\\d-]{1,36}$"),
  storeName: pattern(
    "^[a-zA-Z0-9\\t\\n\\f\\r .\\-/^_&@]{3,64}$",
    "^[a-zA-Z0-9\\\\s\\\\.\\\\-\\\\/^_&@]{3,64}$",
  ),
  sourceFile: pattern("^[a-zA-Z0-9_\\-/]{1,100}\\.fga$", "^[a-zA-Z0-9_\\\\-\\\\/]{1,100}\\\\.fga$"),
  continuationToken: pattern("^$|^[A-Za-z0-9\\-_]+={0,2}$", "^$|^[A-Za-z0-9-_]+={0,2}$"),
} as const

/** Refuses text that has not the form. */
export function requirePattern(text: string, form: WirePattern, message: string, field: string): void {
  if (!form.expression.test(text))
    throw violation(message, field, `value does not match regex pattern "${form.shown}"`)
}
