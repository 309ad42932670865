import { problemContentType, toProblem } from "@gatehouse/contracts"
import type { GatehouseError } from "@gatehouse/kernel"
import { currentRequestContext } from "@gatehouse/telemetry"
import type { ErrorAnswer } from "./create-http-app.ts"

/** The one mapper of Gatehouse's own API: problem+json (RFC 9457). A 401 says which credential is missing (RFC 6750). */
export function problemAnswer(error: GatehouseError): ErrorAnswer {
  const context = currentRequestContext()
  return {
    status: error.status,
    contentType: problemContentType,
    body: toProblem(error, { requestId: context?.requestId, decisionId: context?.decisionId }),
    headers: {
      "cache-control": "no-store",
      ...(error.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    },
  }
}
