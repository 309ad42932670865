import type { JsonAnswer } from "@gatehouse/http/json-client"
import { type ErrorCode, GatehouseError } from "@gatehouse/kernel"

const byStatus: ReadonlyMap<number, ErrorCode> = new Map<number, ErrorCode>([
  [400, "identity.refused"],
  [401, "identity.credentials_refused"],
  [403, "identity.credentials_refused"],
  [404, "identity.not_found"],
  [409, "identity.conflict"],
])

/** The error for an answer that is not the one hoped for. Its body is left out: it may repeat what was sent. */
export function errorOf(answer: JsonAnswer, operation: string): GatehouseError {
  const { status } = answer
  const code = byStatus.get(status) ?? (status >= 500 ? "identity.unavailable" : "identity.unexpected_answer")
  return new GatehouseError(code, { details: { operation, status } })
}

/** An answer of the right status that does not have the form of the wire. */
export function unexpected(operation: string): GatehouseError {
  return new GatehouseError("identity.unexpected_answer", { details: { operation } })
}

/** A JSON object of an answer. */
export type Representation = Readonly<Record<string, unknown>>

/** True for a JSON object. */
export function isRepresentation(value: unknown): value is Representation {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The members of a list, each a JSON object. Throws `identity.unexpected_answer`. */
export function listIn(body: unknown, operation: string): readonly Representation[] {
  if (!Array.isArray(body) || !body.every(isRepresentation)) throw unexpected(operation)
  return body
}

/** A JSON object. Throws `identity.unexpected_answer`. */
export function objectIn(body: unknown, operation: string): Representation {
  if (!isRepresentation(body)) throw unexpected(operation)
  return body
}

/** A member that is text. Throws `identity.unexpected_answer`. */
export function textIn(representation: Representation, member: string, operation: string): string {
  const value = representation[member]
  if (typeof value !== "string") throw unexpected(operation)
  return value
}

/** A member that may be missing; undefined also where it is empty or no text. */
export function optionalText(representation: Representation, member: string): string | undefined {
  const value = representation[member]
  return typeof value === "string" && value !== "" ? value : undefined
}
