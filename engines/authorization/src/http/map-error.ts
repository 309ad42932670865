import type { ErrorAnswer } from "@gatehouse/http"
import type { ErrorCode, GatehouseError } from "@gatehouse/kernel"
import { refusalOf, statusOfWireError, type WireErrorCode, type WireRefusal } from "../wire/error-codes.ts"

/** Errors of the HTTP shell in the wire's words. */
const ofShell: Partial<Record<ErrorCode, WireRefusal>> = {
  "request.too_large": { code: "resource_exhausted", message: "received message larger than max" },
  "request.invalid_json": { code: "validation_error", message: "malformed JSON" },
  "request.invalid": { code: "validation_error", message: "malformed request" },
  "request.ambiguous": { code: "validation_error", message: "malformed request" },
  "request.not_found": { code: "undefined_endpoint", message: "Not Found" },
}

/** Statuses of the door, which the real server does not have. */
const ofDoor: Partial<Record<ErrorCode, WireErrorCode>> = {
  "request.foreign_host": "forbidden",
  "request.foreign_origin": "forbidden",
}

/** The code under which a stream says its errors: gRPC's, INVALID_ARGUMENT and so on. */
function grpcCode(status: number): number {
  if (status === 401) return 16
  if (status === 403) return 7
  if (status === 404) return 5
  if (status === 409) return 10
  if (status === 503) return 14
  return status >= 500 ? 13 : 3
}

/** The one mapper of this wire. What is not the caller's mistake is `internal_error` and says nothing more. */
export function mapError(
  error: GatehouseError,
  options: { streams: boolean; knownPath: boolean },
): ErrorAnswer {
  const door = ofDoor[error.code]
  const refusal = describe(error, options.knownPath)
  const status = door === undefined ? statusOfWireError(refusal.code) : error.status
  const { code, message } = refusal
  const body = options.streams
    ? { error: { code: grpcCode(status), message, details: [] } }
    : { code, message }
  return { status, contentType: "application/json", body }
}

function describe(error: GatehouseError, knownPath: boolean): WireRefusal {
  const refusal = refusalOf(error)
  if (refusal !== undefined) return refusal
  const door = ofDoor[error.code]
  if (door !== undefined) return { code: door, message: error.publicMessage }
  if (error.code === "request.not_found" && knownPath)
    return { code: "unimplemented", message: "Method Not Allowed" }
  return ofShell[error.code] ?? { code: "internal_error", message: "Internal Server Error" }
}
