import {
  type AccessDecision,
  type EvaluationsRequest,
  type EvaluationsSemantic,
  evaluationRequestSchema,
} from "@gatehouse/contracts"
import { errorRegistry, isGatehouseError } from "@gatehouse/kernel"
import { parseRequestPart } from "@gatehouse/sdk"
import type { GovernanceContext } from "../service-context.ts"
import { type Asker, answerEvaluation } from "./answer-evaluation.ts"

type Defaults = Pick<EvaluationsRequest, "subject" | "action" | "resource" | "context">

/** What ends a batch before its end. */
const endingDecision: ReadonlyMap<EvaluationsSemantic, boolean> = new Map([
  ["deny_on_first_deny", false],
  ["permit_on_first_permit", true],
])

/**
 * Answers the questions of a batch in their order. One that cannot be decided is a no with its own error: it ends what a no ends,
 * and it never keeps the others from being answered (section 7.2.1). Where the first no or yes ends the batch, what follows it is
 * not asked and not answered.
 */
export async function answerEvaluations(
  context: GovernanceContext,
  asker: Asker,
  { evaluations = [], options, ...defaults }: EvaluationsRequest,
): Promise<AccessDecision[]> {
  const ending = endingDecision.get(options?.evaluations_semantic ?? "execute_all")
  const answer = (item: unknown) => answerItem(context, asker, defaults, item)
  if (ending === undefined) return Promise.all(evaluations.map(answer))
  const decisions: AccessDecision[] = []
  for (const item of evaluations) {
    const decision = await answer(item)
    decisions.push(decision)
    if (decision.decision === ending) break
  }
  return decisions
}

async function answerItem(
  context: GovernanceContext,
  asker: Asker,
  defaults: Defaults,
  item: unknown,
): Promise<AccessDecision> {
  try {
    const evaluation = parseRequestPart(evaluationRequestSchema, "evaluation", withDefaults(defaults, item))
    return await answerEvaluation(context, asker, evaluation)
  } catch (error) {
    return { decision: false, context: { error: itemError(context, error) } }
  }
}

/**
 * A question with the defaults for what it leaves out (section 7.1.1). An entity takes the place of its default as a whole; only
 * the members that name it are filled in, so that no attribute of the default is taken for one of another entity.
 */
export function withDefaults(defaults: Defaults, item: unknown): unknown {
  if (!isRecord(item)) return item
  const entity = (name: "subject" | "action" | "resource") => {
    const own = item[name]
    if (own === undefined) return defaults[name]
    if (!isRecord(own)) return own
    const { properties: _ofDefault, ...named } = defaults[name] ?? {}
    return { ...named, ...own }
  }
  return {
    subject: entity("subject"),
    action: entity("action"),
    resource: entity("resource"),
    context: item.context === undefined ? defaults.context : item.context,
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** The error of one question, in the statuses of this wire: what is wrong with a question is 400. */
function itemError({ logger }: GovernanceContext, error: unknown) {
  const code = isGatehouseError(error) ? error.code : "request.internal"
  if (code === "request.invalid") {
    const { message: text } = errorRegistry["authz.malformed_access_request"]
    return { status: 400, code: "authz.malformed_access_request", message: text }
  }
  const { status, message } = errorRegistry[code]
  if (status >= 500) logger.error({ err: error, errorCode: code }, "an evaluation failed")
  return { status, code, message }
}
