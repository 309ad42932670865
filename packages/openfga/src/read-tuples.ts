import type { RelationshipTuple } from "@gatehouse/rebac"
import type { ReadFilter } from "./authorizer.ts"
import { listIn, textIn, tupleIn, unexpected } from "./wire-answers.ts"
import { memberOf } from "./wire-client.ts"
import { bodyOf } from "./wire-errors.ts"
import { wireConsistency } from "./wire-questions.ts"
import { storePath, type WireTarget } from "./wire-target.ts"

/** The wire gives at most so many a page. */
const pageTuples = 100

/** Stored tuples that match, page by page as they are asked for. */
export async function* readTuples(
  target: WireTarget,
  { user, relation, object, consistency }: ReadFilter,
): AsyncGenerator<RelationshipTuple> {
  const filter = Object.fromEntries(
    Object.entries({ user, relation, object }).filter(([, value]) => value !== undefined),
  )
  const all = Object.keys(filter).length === 0
  let token = ""
  do {
    const answer = await target.client.call({
      method: "POST",
      path: storePath(target, "read"),
      body: {
        ...(all ? {} : { tuple_key: filter }),
        page_size: pageTuples,
        continuation_token: token,
        ...wireConsistency(consistency),
      },
      repeatable: true,
    })
    const body = bodyOf(answer, "query")
    for (const tuple of listIn(body, "tuples")) yield tupleIn(memberOf(tuple, "key"))
    const next = textIn(body, "continuation_token")
    // A server that gives the same page again and again would never end.
    if (next !== "" && next === token) throw unexpected()
    token = next
  } while (token !== "")
}
