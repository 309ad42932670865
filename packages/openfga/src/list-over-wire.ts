import type { ListObjectsOutcome, ListObjectsQuery, ListUsersOutcome, ListUsersQuery } from "./authorizer.ts"
import { listIn, textIn, unexpected } from "./wire-answers.ts"
import { memberOf } from "./wire-client.ts"
import { bodyOf } from "./wire-errors.ts"
import { wireConsistency, wireContext, wireTuple, wireTuples } from "./wire-questions.ts"
import { storePath, type WireTarget } from "./wire-target.ts"

/** The wire cuts lists here, without saying so. */
const maximumListResults = 1_000
/** A list that took this long may have been cut by the real server's deadline of 3 s, which it does not say either. */
const suspiciousListMilliseconds = 2_500

/** Asks for the objects of a type. An answer that is not of the wire's form throws; a list that may have been cut says so. */
export async function listObjectsOverWire(
  target: WireTarget,
  query: ListObjectsQuery,
): Promise<ListObjectsOutcome> {
  const { user, relation, type } = query
  const { list, complete } = await askForList(target, "list-objects", "objects", {
    ...{ user, relation, type },
    ...wireTuples(query.contextualTuples),
    ...wireContext(query.context),
    ...wireConsistency(query.consistency),
  })
  if (!list.every((object): object is string => typeof object === "string")) throw unexpected()
  return { objects: list, complete }
}

/** Asks for the users of one kind, whom it gives as texts: `user:a`, `user:*`, `group:a#member`. */
export async function listUsersOverWire(
  target: WireTarget,
  query: ListUsersQuery,
): Promise<ListUsersOutcome> {
  const colon = query.object.indexOf(":")
  const { list, complete } = await askForList(target, "list-users", "users", {
    object: { type: query.object.slice(0, colon), id: query.object.slice(colon + 1) },
    relation: query.relation,
    user_filters: [query.filter],
    // Here the wire has a bare list, where every other question has an object around it.
    ...(query.contextualTuples?.length ? { contextual_tuples: query.contextualTuples.map(wireTuple) } : {}),
    ...wireContext(query.context),
    ...wireConsistency(query.consistency),
  })
  return { users: list.map(userIn), complete }
}

async function askForList(
  target: WireTarget,
  operation: string,
  member: string,
  body: object,
): Promise<{ list: unknown[]; complete: boolean }> {
  const started = performance.now()
  const answer = await target.client.call({
    method: "POST",
    path: storePath(target, operation),
    body: { authorization_model_id: target.modelId, ...body },
    repeatable: true,
  })
  const list = listIn(bodyOf(answer, "query"), member)
  const complete =
    answer.header("gatehouse-incomplete") === undefined &&
    list.length < maximumListResults &&
    performance.now() - started < suspiciousListMilliseconds
  return { list, complete }
}

/** A user of the answer, which has exactly one of three forms. */
function userIn(value: unknown): string {
  const object = memberOf(value, "object")
  if (object !== undefined && object !== null) return `${textIn(object, "type")}:${textIn(object, "id")}`
  const userset = memberOf(value, "userset")
  if (userset !== undefined && userset !== null)
    return `${textIn(userset, "type")}:${textIn(userset, "id")}#${textIn(userset, "relation")}`
  return `${textIn(memberOf(value, "wildcard"), "type")}:*`
}
