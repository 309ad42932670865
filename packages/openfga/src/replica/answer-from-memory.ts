import type { Evaluator, Explanation } from "@gatehouse/rebac"
import type {
  CheckOutcome,
  CheckQuery,
  ListObjectsOutcome,
  ListObjectsQuery,
  ListUsersOutcome,
  ListUsersQuery,
} from "../authorizer.ts"
import { asOfTheWire, asOnTheWire, type Question, refuseOversized } from "./refuse-question.ts"

/** Asks the evaluator as the wire would be asked, and refuses with the same codes. */
export function checkInMemory(evaluator: Evaluator, query: CheckQuery): CheckOutcome {
  return answer(query, (asked) => ({ allowed: evaluator.check(asked).allowed }))
}

/** All objects, or as many as the evaluator's budget allows: `complete` tells. */
export function listObjectsInMemory(evaluator: Evaluator, query: ListObjectsQuery): ListObjectsOutcome {
  return answer(query, (asked) => evaluator.listObjects(asked))
}

/** All users of the kind, or as many as the evaluator's budget allows: `complete` tells. */
export function listUsersInMemory(evaluator: Evaluator, query: ListUsersQuery): ListUsersOutcome {
  return answer(query, (asked) => evaluator.listUsers(asked))
}

/** The evaluator's explanation, over all tuples in memory. */
export function explainInMemory(evaluator: Evaluator, query: CheckQuery): Explanation {
  return answer(query, (asked) => evaluator.explain(asked))
}

function answer<Query extends Question, Answer>(query: Query, ask: (query: Query) => Answer): Answer {
  refuseOversized(query)
  try {
    return ask(asOnTheWire(query))
  } catch (error) {
    throw asOfTheWire(error, query)
  }
}
