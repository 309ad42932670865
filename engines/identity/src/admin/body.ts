import { z } from "zod"
import { invalid, refusedByError } from "./refusals.ts"

/**
 * Reads a representation. A member that is null counts as absent, one that is unknown is refused, and so is one whose only
 * supported value is another. Throws 400 that names the member, never its value.
 */
export function readBody<Value>(schema: z.ZodType<Value>, body: unknown): Value {
  const parsed = schema.safeParse(withoutNulls(body))
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  if (issue?.code === "unrecognized_keys") {
    throw refusedByError(
      `Invalid json representation. Unrecognized field "${[...issue.path, issue.keys[0]].join(".")}"`,
    )
  }
  throw invalid(`${issue?.path.join(".") || "The body"}: ${issue?.message ?? "invalid"}`)
}

function withoutNulls(body: unknown): unknown {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return body
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null))
}

/** Characters of one value in a representation; Keycloak's columns hold as many. */
const maximumTextCharacters = 4000
/** Entries of a list or map in a representation: a bound on what one call may store. */
export const maximumEntries = 1000

/** Text without characters that no terminal, header or database takes. */
export const textField = z
  .string()
  .max(maximumTextCharacters, "is too long")
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]*$/, "holds control characters")
  .refine((text) => text.isWellFormed(), "is not well-formed Unicode")

/** Texts of one member of a body, each as bounded as `textField`. */
export const textList = z.array(textField).max(maximumEntries, "has too many entries")

const attributeName = textField.min(1).max(255)

/** Attributes of realms and clients: one text each. */
export const textMap = z
  .record(attributeName, textField)
  .refine((map) => Object.keys(map).length <= maximumEntries, "has too many entries")

/** Attributes of users, groups and roles: lists of text. */
export const textListMap = z
  .record(attributeName, textList)
  .refine((map) => Object.keys(map).length <= maximumEntries, "has too many entries")

/** Seconds, or a count. */
export const countField = z.int().min(0).max(2_147_483_647)

/** A member that Keycloak has, of which this engine supports only one value. */
export function onlyValue<const Value extends string | number | boolean>(value: Value) {
  return z.literal(value, "has a value that is not supported by this engine").optional()
}

/** A list or map that Keycloak has and this engine supports only empty. */
export const onlyEmpty = z
  .union([
    z.array(z.unknown()).max(0),
    z.record(z.string(), z.unknown()).refine((map) => Object.keys(map).length === 0),
  ])
  .optional()

/** A member that Keycloak writes into its answers and does not read back. */
export const readOnly = z.unknown().optional()
