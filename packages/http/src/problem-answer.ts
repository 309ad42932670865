import { randomUUID } from "node:crypto"
import { problemContentType, toProblem } from "@gatehouse/contracts"
import type { GatehouseError } from "@gatehouse/kernel"
import { currentRequestContext } from "@gatehouse/telemetry"
import type { ErrorAnswer } from "./create-http-app.ts"

/**
 * The one mapper of Gatehouse's own API: problem+json (RFC 9457). A 401 says which credential is missing (RFC 6750). Every
 * answer carries a decision's id in body and header: where no permission was decided, the refusal is the decision.
 */
export function problemAnswer(error: GatehouseError): ErrorAnswer {
  const context = currentRequestContext()
  const { decisionId: decided } = error.details as { decisionId?: string }
  const known = context?.decisionId ?? decided
  const decisionId = known ?? randomUUID()
  // Later hooks and log lines of the request name the same decision.
  if (context !== undefined) context.decisionId = decisionId
  return {
    status: error.status,
    contentType: problemContentType,
    body: toProblem(error, { requestId: context?.requestId, decisionId }),
    ...(known === undefined ? { refusalId: decisionId } : {}),
    headers: {
      "cache-control": "no-store",
      "x-decision-id": decisionId,
      ...(error.status === 401 ? { "www-authenticate": "Bearer" } : {}),
    },
  }
}
