import { GatehouseError } from "@gatehouse/kernel"
import {
  compileModel,
  createEvaluator,
  createTupleStore,
  type Evaluator,
  validateTuple,
} from "@gatehouse/rebac"
import type { Outcome, Subject } from "./subject.ts"

/** The evaluator's codes as OpenFGA's numbers (openfga.v1.ErrorCode). */
const errorNumbers: ReadonlyMap<string, number> = new Map([
  ["rebac.invalid_request", 2000],
  ["rebac.condition_failed", 2000],
  ["rebac.resolution_too_complex", 2002],
  ["rebac.type_not_found", 2021],
  ["rebac.relation_not_found", 2022],
  ["rebac.invalid_tuple", 2027],
])

function outcomeOf<Answer>(ask: () => Answer): Outcome<Answer> {
  try {
    return { answer: ask() }
  } catch (error) {
    const errorCode = error instanceof GatehouseError ? errorNumbers.get(error.code) : undefined
    if (errorCode === undefined) throw error
    return { errorCode }
  }
}

/** The evaluator in process, over tuples in memory. */
export const evaluatorSubject: Subject = {
  name: "evaluator",
  async createStore() {
    const tuples = createTupleStore()
    let model: ReturnType<typeof compileModel> | undefined
    let evaluator: Evaluator | undefined
    const current = (): Evaluator => {
      if (evaluator === undefined) throw new Error("a model must be written first")
      return evaluator
    }
    const complete = (answer: { readonly complete: boolean }): void => {
      if (!answer.complete) throw new Error("the list is not whole")
    }
    return {
      async writeModel(json) {
        model = compileModel(json)
        evaluator = createEvaluator(model, tuples)
      },
      async writeTuples(writes) {
        for (const tuple of writes) {
          const mistake = model === undefined ? "no model" : validateTuple(model, tuple)
          if (mistake !== undefined) throw new Error(mistake)
        }
        tuples.write({ writes })
      },
      check: async (question) => outcomeOf(() => current().check(question).allowed),
      listObjects: async (question) =>
        outcomeOf(() => {
          const answer = current().listObjects(question)
          complete(answer)
          return answer.objects
        }),
      listUsers: async (question) =>
        outcomeOf(() => {
          const answer = current().listUsers(question)
          complete(answer)
          return answer.users
        }),
      async close() {},
    }
  },
}
