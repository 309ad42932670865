import { GatehouseError } from "@gatehouse/kernel"
import {
  type CompiledModel,
  createEvaluator,
  createTupleStore,
  type Explanation,
  type RelationshipTuple,
  type TupleStore,
} from "@gatehouse/rebac"
import type { CheckQuery } from "./authorizer.ts"
import { readModel } from "./read-model.ts"
import { readTuples } from "./read-tuples.ts"
import type { WireTarget } from "./wire-target.ts"

/** Tuples that one explanation may read: ten pages for people, and a bound for the server. */
const maximumTuples = 2_000
/** Objects whose tuples one explanation may read, each by a request. */
const maximumObjects = 200

/** Why a check answers as it does, from the tuples that lie on any way from the object. */
export async function explainOverWire(target: WireTarget, query: CheckQuery): Promise<Explanation> {
  const model = await readModel(target)
  const tuples = createTupleStore()
  await readReachable(target, model, query, tuples)
  const { user, relation, object, contextualTuples, context } = query
  return createEvaluator(model, tuples).explain({ user, relation, object, contextualTuples, context })
}

/**
 * Follows the tuples from the asked object: each tuple's user, if it is an object that has relations itself or a userset,
 * leads on. Contextual tuples lead on alike.
 */
async function readReachable(
  target: WireTarget,
  { model }: CompiledModel,
  query: CheckQuery,
  tuples: TupleStore,
): Promise<void> {
  const related = new Set(
    model.type_definitions
      .filter(({ relations }) => Object.keys(relations ?? {}).length > 0)
      .map(({ type }) => type),
  )
  const contextual = query.contextualTuples ?? []
  const seen = new Set<string>()
  const waiting = [query.object]
  const lead = ({ user }: RelationshipTuple) => {
    const object = objectOf(user)
    if (object !== undefined && related.has(object.slice(0, object.indexOf(":")))) waiting.push(object)
  }
  for (let object = waiting.pop(); object !== undefined; object = waiting.pop()) {
    if (seen.has(object)) continue
    seen.add(object)
    if (seen.size > maximumObjects) throw tooLarge()
    for (const tuple of contextual) if (tuple.object === object) lead(tuple)
    for await (const tuple of readTuples(target, { object, consistency: query.consistency })) {
      tuples.write({ writes: [tuple] })
      if (tuples.size > maximumTuples) throw tooLarge()
      lead(tuple)
    }
  }
}

function tooLarge(): GatehouseError {
  return new GatehouseError("openfga.explanation_too_large", {
    details: { maximumTuples, maximumObjects },
  })
}

/** The object of a user: of a userset its object; none for a wildcard. */
function objectOf(user: string): string | undefined {
  const hash = user.indexOf("#")
  const object = hash < 0 ? user : user.slice(0, hash)
  return object.endsWith(":*") ? undefined : object
}
