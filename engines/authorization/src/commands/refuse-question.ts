import { type GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { refuse } from "../wire/error-codes.ts"

/** Which family of questions: the wire gives the same mistake different codes in them. */
export type QuestionKind = "check" | "list" | "expand"

/** Runs the evaluator and turns what it refuses into the wire's refusals. */
export function answerOrRefuse<Answer>(kind: QuestionKind, ask: () => Answer): Answer {
  try {
    return ask()
  } catch (error) {
    throw isGatehouseError(error) ? toRefusal(error, kind) : error
  }
}

function toRefusal(error: GatehouseError, kind: QuestionKind): GatehouseError {
  const { reason } = error.details
  const sentence = typeof reason === "string" ? reason : error.publicMessage
  switch (error.code) {
    case "rebac.invalid_request":
      return refuse("validation_error", prefixed(sentence, kind))
    case "rebac.type_not_found":
      return refuse(kind === "list" ? "type_not_found" : "validation_error", prefixed(sentence, kind))
    case "rebac.relation_not_found":
      return refuse(kind === "list" ? "relation_not_found" : "validation_error", prefixed(sentence, kind))
    case "rebac.invalid_tuple":
      if (kind === "list" && error.details.condition === true) return refuse("validation_error", sentence)
      return refuse("invalid_tuple", kind === "check" ? `invalid tuple: ${sentence}` : sentence)
    case "rebac.resolution_too_complex":
      return refuse("authorization_model_resolution_too_complex", tooComplex)
    case "rebac.condition_failed":
      return refuse("validation_error", sentence)
    default:
      return error
  }
}

function prefixed(sentence: string, kind: QuestionKind): string {
  return kind === "check" && !sentence.startsWith("invalid context")
    ? `invalid relation: ${sentence}`
    : sentence
}

const tooComplex =
  "Authorization Model resolution required too many rewrite rules to be resolved. " +
  "Check your authorization model for infinite recursion or too much nesting"
