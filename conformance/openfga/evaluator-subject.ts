import { GatehouseError } from "@gatehouse/kernel"
import {
  compileModel,
  createEvaluator,
  createTupleStore,
  type Evaluator,
  validateTuple,
} from "@gatehouse/rebac"
import { errorNumber } from "./error-codes.ts"
import type { Outcome, Subject } from "./subject.ts"

/** The evaluator's codes as OpenFGA's. */
const codes: ReadonlyMap<string, string> = new Map([
  ["rebac.invalid_request", "validation_error"],
  ["rebac.condition_failed", "validation_error"],
  ["rebac.resolution_too_complex", "authorization_model_resolution_too_complex"],
  ["rebac.type_not_found", "type_not_found"],
  ["rebac.relation_not_found", "relation_not_found"],
  ["rebac.invalid_tuple", "invalid_tuple"],
])

function outcomeOf<Answer>(kind: "check" | "list", ask: () => Answer): Outcome<Answer> {
  try {
    return { answer: ask() }
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    // A contextual tuple with a wrong condition has a code of its own in lists alone.
    const isCondition = kind === "list" && error.details.condition === true
    const code = isCondition ? "validation_error" : codes.get(error.code)
    if (code === undefined) throw error
    return { errorCode: errorNumber(code) }
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
          if (mistake !== undefined) throw new Error(`a write of tuples was refused: ${mistake}`)
        }
        tuples.write({ writes })
      },
      check: async (question) => outcomeOf("check", () => current().check(question).allowed),
      listObjects: async (question) =>
        outcomeOf("list", () => {
          const answer = current().listObjects(question)
          complete(answer)
          return answer.objects
        }),
      listUsers: async ({ filters, ...question }) => {
        const [filter, ...more] = filters
        // The wire takes exactly one; the evaluator's form already says so.
        if (filter === undefined || more.length > 0) return { errorCode: errorNumber("validation_error") }
        return outcomeOf("list", () => {
          const answer = current().listUsers({ ...question, filter })
          complete(answer)
          return answer.users
        })
      },
      async close() {},
    }
  },
}
