import type { Authorizer, CheckQuery } from "@gatehouse/openfga"
import {
  type AuthorizationModel,
  compileModel,
  createEvaluator,
  createTupleStore,
  type RelationshipTuple,
  type TupleStore,
} from "@gatehouse/rebac"

/** An authorizer with its tuples in memory, evaluated by the same evaluator as the replica. For tests of one process. */
export interface InProcessAuthorizer extends Authorizer {
  readonly tuples: TupleStore
  /** Questions asked so far, for tests that say how much a request may ask. */
  readonly asked: CheckQuery[]
}

/** Makes an authorizer for a model, with the tuples it starts from. */
export function createInProcessAuthorizer(
  model: AuthorizationModel,
  initial: readonly RelationshipTuple[] = [],
): InProcessAuthorizer {
  const tuples = createTupleStore()
  tuples.write({ writes: initial })
  const evaluator = createEvaluator(compileModel(model), tuples)
  const asked: CheckQuery[] = []
  const check = async (query: CheckQuery) => {
    asked.push(query)
    return { allowed: evaluator.check(query).allowed }
  }
  return {
    tuples,
    asked,
    check,
    batchCheck: (queries) => Promise.all(queries.map(check)),
    listObjects: async (query) => evaluator.listObjects(query),
    listUsers: async (query) => evaluator.listUsers(query),
    async *read({ user, relation, object } = {}) {
      const isType = object?.endsWith(":") === true
      yield* [
        ...tuples.read({
          user,
          relation,
          object: isType ? undefined : object,
          objectType: isType ? object?.slice(0, -1) : undefined,
        }),
      ]
    },
    write: async ({ writes = [], deletes = [] }) => {
      tuples.write({ writes, deletes })
    },
    explain: async (query) => evaluator.explain(query),
    health: async () => ({ status: "ok" }),
  }
}
