import { setImmediate } from "node:timers/promises"
import type { Evaluator, Explanation, ListCursor } from "@gatehouse/rebac"
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

/** Parts of one list, each within the evaluator's budget of some 20 ms. The embedded engine puts as many together. */
const maximumParts = 50

/**
 * All objects, part by part, so that others have their turn in between; each part is true of the tuples as they are then. Ends with
 * `complete` false after a named number of parts, or where `isUsable` says that memory is no longer current.
 */
export async function listObjectsInMemory(
  evaluator: Evaluator,
  query: ListObjectsQuery,
  isUsable: () => boolean,
): Promise<ListObjectsOutcome> {
  let { objects, complete, cursor } = answer(query, (asked) => evaluator.listObjects(asked))
  for (let parts = 1; cursor !== undefined && parts < maximumParts; parts++) {
    await setImmediate()
    if (!isUsable()) break
    const rest: ListCursor = cursor
    const part = answer(query, () => rest.next())
    objects = objects.concat(part.objects)
    complete = part.complete
    cursor = part.cursor
  }
  return { objects, complete }
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
