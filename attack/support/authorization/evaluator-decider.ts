import { isGatehouseError } from "@gatehouse/kernel"
import { compileModel, createEvaluator, createTupleStore, validateTuple } from "@gatehouse/rebac"
import type { MakeDecider } from "./decider.ts"

/** The evaluator of `packages/rebac`, in process. */
export const createEvaluatorDecider: MakeDecider = async (model) => {
  const compiled = compileModel(model)
  const store = createTupleStore()
  const evaluator = createEvaluator(compiled, store)
  const answer = <Result>(ask: () => Result): Result | undefined => {
    try {
      return ask()
    } catch (error) {
      if (isGatehouseError(error)) return undefined
      throw error
    }
  }
  return {
    write: async (...writes) => {
      for (const one of writes) {
        if (validateTuple(compiled, one) !== undefined) throw new Error("the tuple is not valid")
        store.write({ writes: [one] })
      }
    },
    delete: async (...deletes) => void store.write({ deletes }),
    plant: async (...writes) => void store.write({ writes }),
    refuses: async (one) => validateTuple(compiled, one) !== undefined,
    check: async (user, relation, object, more = {}) => {
      const found = answer(() => evaluator.check({ user, relation, object, ...more }))
      return found === undefined ? "error" : found.allowed ? "allow" : "deny"
    },
    listObjects: async (user, relation, type, more = {}) =>
      answer(() => evaluator.listObjects({ user, relation, type, ...more }))?.objects.sort(),
    listUsers: async (object, relation, type, more = {}) =>
      answer(() => evaluator.listUsers({ object, relation, filter: { type }, ...more }))?.users.sort(),
  }
}
