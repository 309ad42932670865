import { errorRegistry, GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { z } from "zod"

/** The body of every error on Gatehouse's own API (RFC 9457), with our code and the decision that led to it. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    action: z.string(),
    request_id: z.string().optional(),
    decision_id: z.string().optional(),
    /** With a denial (403): what was asked, in the words that `explain` takes. */
    permission: z.string().optional(),
    object: z.string().optional(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: "Problem" })

/** An error answer of any service, read (RFC 9457). */
export type Problem = z.infer<typeof problemSchema>

/** The media type of error answers (RFC 9457 section 6.1). */
export const problemContentType = "application/problem+json"

/** What the answer carries besides the error itself. */
export interface ProblemContext {
  readonly requestId?: string | undefined
  readonly decisionId?: string | undefined
}

/** Maps any error to its problem document. A foreign error becomes `request.internal`: nothing of it is shown. */
export function toProblem(error: unknown, context: ProblemContext = {}): Problem {
  const known = isGatehouseError(error) ? error : new GatehouseError("request.internal")
  const { errors, decisionId } = known.details as { errors?: Problem["errors"]; decisionId?: string }
  const { permission, object } = known.details as Pick<Problem, "permission" | "object">
  const decision = context.decisionId ?? decisionId
  return {
    type: `urn:gatehouse:error:${known.code}`,
    title: errorRegistry[known.code].message,
    status: known.status,
    code: known.code,
    detail: known.publicMessage,
    action: known.action,
    ...(context.requestId === undefined ? {} : { request_id: context.requestId }),
    ...(decision === undefined ? {} : { decision_id: decision }),
    ...(permission === undefined ? {} : { permission }),
    ...(object === undefined ? {} : { object }),
    ...(errors === undefined ? {} : { errors }),
  }
}
