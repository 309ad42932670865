import type { JsonAnswer } from "@gatehouse/http/json-client"
import { GatehouseError } from "@gatehouse/kernel"
import { refusalIn, unavailable } from "./wire-client.ts"

/** What was asked for: the same code of the wire means different things to the caller. */
export type Operation = "query" | "write" | "administration"

/** Codes by which the wire says that the question itself is wrong. The rest is no decision. */
const mistakes = new Set([
  "validation_error",
  "type_not_found",
  "relation_not_found",
  "invalid_tuple",
  "invalid_contextual_tuple",
  "duplicate_contextual_tuple",
  "type_invalid_pattern",
  "tuple_key_value_not_specified",
  "exceeded_entity_limit",
  "invalid_write_input",
  "cannot_allow_duplicate_tuples_in_one_request",
])
const writeConflicts = new Set(["write_failed_due_to_invalid_input", "Aborted"])

/**
 * The body of a good answer (200 or 201). Every other answer throws: never is anything but a well-formed answer taken for a
 * decision. `details.code` is the wire's code; its sentence is left out, for it may repeat what was asked.
 */
export function bodyOf(answer: JsonAnswer, operation: Operation): unknown {
  if (answer.status === 200 || answer.status === 201) return answer.body
  throw errorOf(answer, operation)
}

function errorOf(answer: JsonAnswer, operation: Operation): GatehouseError {
  const refusal = refusalIn(answer)
  if (refusal === undefined) return unavailable("unexpected_answer", undefined, { status: answer.status })
  return errorOfCode(refusal.code, refusal.status, operation)
}

/** The error for a code of the wire. */
export function errorOfCode(code: string, status: number, operation: Operation): GatehouseError {
  const details = { code, status }
  if (operation === "write" && writeConflicts.has(code))
    return new GatehouseError("openfga.tuple_exists_or_missing", { details })
  if (!mistakes.has(code) || status >= 500) return unavailable("refused", undefined, details)
  return new GatehouseError(operation === "write" ? "openfga.tuple_refused" : "openfga.query_refused", {
    details,
  })
}
