import { GatehouseError } from "@gatehouse/kernel"

/** The codes of OpenFGA's wire that this engine answers with, and the HTTP status of each. */
const statusOfCode = {
  bearer_token_missing: 401,
  unauthenticated: 401,
  invalid_claims: 401,
  forbidden: 403,
  validation_error: 400,
  authorization_model_not_found: 400,
  authorization_model_resolution_too_complex: 400,
  invalid_write_input: 400,
  cannot_allow_duplicate_tuples_in_one_request: 400,
  invalid_continuation_token: 400,
  invalid_expand_input: 400,
  write_failed_due_to_invalid_input: 400,
  latest_authorization_model_not_found: 400,
  type_not_found: 400,
  relation_not_found: 400,
  invalid_tuple: 400,
  assertions_too_many_items: 400,
  tuple_key_value_not_specified: 400,
  page_size_invalid: 400,
  difference_base_missing_value: 400,
  subtract_base_missing_value: 400,
  object_too_long: 400,
  relation_too_long: 400,
  type_definitions_too_few_items: 400,
  type_invalid_pattern: 400,
  relations_invalid_pattern: 400,
  query_string_type_continuation_token_mismatch: 400,
  exceeded_entity_limit: 400,
  invalid_authorization_model: 400,
  Aborted: 409,
  internal_error: 500,
  resource_exhausted: 500,
  unavailable: 503,
  undefined_endpoint: 404,
  store_id_not_found: 404,
  unimplemented: 404,
} as const

/** An error code of OpenFGA's API that this engine can answer. */
export type WireErrorCode = keyof typeof statusOfCode

/** What a refusal carries for the wire's mapper. `message` may name what the caller sent, so it is never logged. */
export interface WireRefusal {
  readonly code: WireErrorCode
  readonly message: string
}

const refusals = new WeakMap<GatehouseError, WireRefusal>()

/** An error that leaves with this code and this sentence, on OpenFGA's wire alone. */
export function refuse(code: WireErrorCode, message: string): GatehouseError {
  const error = new GatehouseError("openfga.request_refused", { details: { code } })
  refusals.set(error, { code, message })
  return error
}

/** What the wire says of an error made by `refuse`. */
export function refusalOf(error: GatehouseError): WireRefusal | undefined {
  return refusals.get(error)
}

/** The HTTP status with which the real server sends the code. */
export function statusOfWireError(code: WireErrorCode): number {
  return statusOfCode[code]
}
