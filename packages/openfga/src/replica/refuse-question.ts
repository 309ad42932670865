import { type GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import type { RelationshipTuple } from "@gatehouse/rebac"
import { unavailable } from "../wire-client.ts"
import { errorOfCode } from "../wire-errors.ts"

/** What the wire's questions have in common. */
export interface Question {
  readonly user?: string
  readonly relation: string
  readonly object?: string
  readonly contextualTuples?: readonly RelationshipTuple[] | undefined
  readonly context?: Readonly<Record<string, unknown>> | undefined
}

/** The wire's limits (OpenFGA 1.22.1), which the evaluator does not know: the server's answer and ours shall be one. */
const maximumUserBytes = 512
/** Code points, as the wire's patterns count. */
const maximumObjectLength = 256
const maximumRelationLength = 50
const maximumContextualTuples = 100

/** Throws `openfga.query_refused` for a question that the wire would not take for its size. */
export function refuseOversized({ user, relation, object, contextualTuples }: Question): void {
  // Where no user is named, the wire takes the object in two parts and bounds neither.
  refuseOversizedKey(user, relation, user === undefined ? undefined : object)
  if (contextualTuples === undefined) return
  if (contextualTuples.length > maximumContextualTuples) throw refused()
  for (const tuple of contextualTuples) refuseOversizedKey(tuple.user, tuple.relation, tuple.object)
}

function refuseOversizedKey(user = "", relation = "", object = ""): void {
  if (
    (user.length > maximumUserBytes / 3 && Buffer.byteLength(user) > maximumUserBytes) ||
    (object.length > maximumObjectLength && [...object].length > maximumObjectLength) ||
    (relation.length > maximumRelationLength && [...relation].length > maximumRelationLength)
  )
    throw refused()
}

function refused(): GatehouseError {
  return errorOfCode("validation_error", 400, "query")
}

/** The question with its contexts as JSON would carry them: the wire knows no other types. The same object where it has none. */
export function asOnTheWire<Query extends Question>(query: Query): Query {
  const { context, contextualTuples } = query
  const conditional = contextualTuples?.some(({ condition }) => condition) === true
  if (context === undefined && !conditional) return query
  try {
    return { ...query, ...JSON.parse(JSON.stringify({ context, contextualTuples })) }
  } catch (error) {
    throw unavailable("no_json", error)
  }
}

/** The wire's code for each refusal of the evaluator; what is not here is the evaluator's own trouble. */
const wireCodes: Readonly<Record<string, string>> = {
  "rebac.invalid_request": "validation_error",
  "rebac.type_not_found": "type_not_found",
  "rebac.relation_not_found": "relation_not_found",
  "rebac.invalid_tuple": "invalid_tuple",
  "rebac.condition_failed": "validation_error",
  "rebac.resolution_too_complex": "authorization_model_resolution_too_complex",
}

/** An error of the evaluator as the remote authorizer would throw it. Anything that is no decision is `authz.unavailable`. */
export function asOfTheWire(error: unknown, { user, object }: Question): GatehouseError {
  if (!isGatehouseError(error)) return unavailable("evaluator_failed", error)
  if (error.code.startsWith("authz.") || error.code.startsWith("openfga.")) return error
  // A contextual tuple with a wrong condition has a code of its own in lists alone.
  const isList = user === undefined || object === undefined
  if (error.code === "rebac.invalid_tuple" && isList && error.details.condition === true)
    return errorOfCode("validation_error", 400, "query")
  return errorOfCode(wireCodes[error.code] ?? "internal_error", 400, "query")
}
