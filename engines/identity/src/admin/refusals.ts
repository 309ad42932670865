import type { ErrorAnswer } from "@gatehouse/http"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"

/** One violation of a user's profile, as Keycloak writes it. */
export interface FieldViolation {
  readonly field: string
  readonly errorMessage: string
  readonly params?: readonly (string | number)[]
}

/** The caller has no valid token: `{"error":"HTTP 401 Unauthorized"}`. */
export function unauthorized(): GatehouseError {
  return refusal("identity.admin_unauthorized", { error: "HTTP 401 Unauthorized" })
}

/** The caller lacks the right: `{"error":"HTTP 403 Forbidden"}`. */
export function forbidden(): GatehouseError {
  return refusal("identity.admin_forbidden", { error: "HTTP 403 Forbidden" })
}

/** `error` is one of Keycloak's sentences, as `User not found`. */
export function notFound(error: string): GatehouseError {
  return refusal("identity.admin_not_found", { error })
}

/** `errorMessage` is one of Keycloak's sentences, as `User exists with same username`. */
export function conflict(errorMessage: string): GatehouseError {
  return refusal("identity.admin_conflict", { errorMessage })
}

/** A body that breaks a rule: `{"errorMessage"}`. Names members, never values. */
export function invalid(errorMessage: string): GatehouseError {
  return refusal("identity.admin_invalid", { errorMessage })
}

/** A password, role or client that Keycloak refuses by `{"error"}` alone. */
export function refusedByError(error: string): GatehouseError {
  return refusal("identity.admin_invalid", { error })
}

/** A client that breaks a rule: `{"error":"invalid_input","error_description"}`. */
export function invalidInput(description: string): GatehouseError {
  return refusal("identity.admin_invalid", { error: "invalid_input", error_description: description })
}

/** A user's profile: one violation stands alone, several are a list. */
export function invalidFields(violations: readonly FieldViolation[]): GatehouseError {
  const [first, ...others] = violations
  return refusal(
    "identity.admin_invalid",
    others.length === 0 && first ? { ...first } : { errors: violations },
  )
}

function refusal(
  code: Extract<GatehouseError["code"], `identity.admin_${string}`>,
  body: Readonly<Record<string, unknown>>,
): GatehouseError {
  return new GatehouseError(code, { details: { body } })
}

/** The one mapper of the Admin API: errors as Keycloak writes them, foreign ones without a word of theirs. */
export function adminErrorAnswer(error: GatehouseError): ErrorAnswer {
  return {
    status: error.status,
    contentType: "application/json",
    body: bodyOf(error),
    headers: { "cache-control": "no-cache" },
  }
}

function bodyOf(error: GatehouseError): unknown {
  const { body } = error.details as { body?: Readonly<Record<string, unknown>> }
  if (isGatehouseError(error) && error.code.startsWith("identity.admin_") && body) return body
  if (error.code === "postgres.conflict" || error.code === "postgres.reference_conflict")
    return { errorMessage: "Conflict detected. See logs for details" }
  if (error.code === "request.not_found") return { error: "HTTP 404 Not Found" }
  if (error.code === "request.invalid_json")
    return { error: "invalid_request", error_description: "Cannot parse the JSON" }
  if (error.status < 500) return { error: error.publicMessage }
  return { error: "unknown_error" }
}
