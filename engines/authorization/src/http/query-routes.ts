import { type BatchOutcome, batchCheck } from "../commands/batch-check.ts"
import { check } from "../commands/check.ts"
import { expand } from "../commands/expand.ts"
import { listObjects, streamObjects } from "../commands/list-objects.ts"
import { listUsers } from "../commands/list-users.ts"
import { maximumListResults, maximumUserBytes } from "../wire/limits.ts"
import {
  parseBareContextualTuples,
  parseContextualTuples,
  parseFreshness,
  parseQuestion,
} from "../wire/parse-tuple.ts"
import type { WireMessage } from "../wire/proto-json.ts"
import { showUser } from "../wire/show-user.ts"
import { requiredViolation, requirePattern, violation, wirePatterns } from "../wire/violations.ts"
import { modelIdOf, type Route, storeOf, type WireRequest } from "./route.ts"

/** What every question has besides its own members. */
function reference(request: WireRequest, message: string) {
  return {
    store: storeOf(request, message),
    modelId: modelIdOf(request.body, message),
    freshness: parseFreshness(request.body, message),
  }
}

function requireMessage(body: WireMessage, name: string, message: string, field: string): WireMessage {
  const member = body.message(name)
  if (member === undefined) throw requiredViolation(message, field)
  return member
}

function parseQuestionOf(body: WireMessage, message: string) {
  const key = requireMessage(body, "tuple_key", message, "TupleKey")
  return {
    question: parseQuestion(key, "CheckRequestTupleKey"),
    contextualTuples: parseContextualTuples(body),
    context: body.struct("context"),
  }
}

const checkRoute: Route = {
  method: "POST",
  path: "/stores/:store/check",
  handle: async (engine, request) => {
    const input = { ...reference(request, "CheckRequest"), ...parseQuestionOf(request.body, "CheckRequest") }
    // Looked at by the real server, and by nobody used.
    request.body.boolean("trace")
    const { allowed, modelId } = await check(engine, input)
    return { body: { allowed, resolution: "" }, store: input.store, modelId }
  },
}

const batchCheckRoute: Route = {
  method: "POST",
  path: "/stores/:store/batch-check",
  handle: async (engine, request) => {
    const message = "BatchCheckRequest"
    const items = request.body.messages("checks")
    if (items.length === 0) throw violation(message, "Checks", "value must contain at least 1 item(s)")
    const checks = items.map((item) => {
      const question = parseQuestionOf(item, "BatchCheckItem")
      const correlationId = item.string("correlation_id")
      requirePattern(correlationId, wirePatterns.correlationId, "BatchCheckItem", "CorrelationId")
      return { correlationId, ...question }
    })
    const input = { ...reference(request, message), checks }
    const { outcomes, modelId } = await batchCheck(engine, input)
    const result = Object.fromEntries([...outcomes].map(([id, outcome]) => [id, showOutcome(outcome)]))
    return { body: { result }, store: input.store, modelId }
  },
}

function showOutcome(outcome: BatchOutcome): object {
  if ("allowed" in outcome) return outcome
  return { error: { input_error: outcome.error.code, message: outcome.error.message } }
}

function parseListObjects(request: WireRequest, message: string) {
  const { body } = request
  const [type, relation, user] = [body.string("type"), body.string("relation"), body.string("user")]
  const question = reference(request, message)
  requirePattern(type, wirePatterns.type, message, "Type")
  requirePattern(relation, wirePatterns.relation, message, "Relation")
  const bytes = Buffer.byteLength(user, "utf8")
  if (bytes < 1 || bytes > maximumUserBytes) {
    const reason = `value length must be between 1 and ${maximumUserBytes} bytes, inclusive`
    throw violation(message, "User", reason)
  }
  const rest = { contextualTuples: parseContextualTuples(body), context: body.struct("context") }
  return { ...question, type, relation, user, ...rest }
}

const listObjectsRoute: Route = {
  method: "POST",
  path: "/stores/:store/list-objects",
  handle: async (engine, request) => {
    const input = parseListObjects(request, "ListObjectsRequest")
    const { objects, complete, modelId } = await listObjects(engine, { ...input, limit: maximumListResults })
    return { body: { objects }, store: input.store, modelId, incomplete: !complete }
  },
}

const streamedListObjectsRoute: Route = {
  method: "POST",
  path: "/stores/:store/streamed-list-objects",
  streams: true,
  handle: async (engine, request) => {
    const input = parseListObjects(request, "StreamedListObjectsRequest")
    const { parts, modelId } = await streamObjects(engine, input)
    return { lines: linesOf(parts), store: input.store, modelId }
  },
}

async function* linesOf(parts: AsyncIterable<readonly string[]>): AsyncGenerator<object[]> {
  for await (const objects of parts) yield objects.map((object) => ({ result: { object } }))
}

const listUsersRoute: Route = {
  method: "POST",
  path: "/stores/:store/list-users",
  handle: async (engine, request) => {
    const message = "ListUsersRequest"
    const { body } = request
    const input = {
      ...reference(request, message),
      object: parseObject(requireMessage(body, "object", message, "Object")),
      relation: body.string("relation"),
      filter: parseUserFilter(body, message),
      contextualTuples: parseBareContextualTuples(body, message),
      context: body.struct("context"),
    }
    requirePattern(input.relation, wirePatterns.relation, message, "Relation")
    const { users, complete, modelId } = await listUsers(engine, input)
    return { body: { users: users.map(showUser) }, store: input.store, modelId, incomplete: !complete }
  },
}

function parseObject(message: WireMessage): { type: string; id: string } {
  const [type, id] = [message.string("type"), message.string("id")]
  requirePattern(type, wirePatterns.type, "Object", "Type")
  requirePattern(id, wirePatterns.objectId, "Object", "Id")
  return { type, id }
}

function parseUserFilter(body: WireMessage, message: string): { type: string; relation: string | undefined } {
  const [filter, second] = body.messages("user_filters")
  if (filter === undefined || second !== undefined)
    throw violation(message, "UserFilters", "value must contain exactly 1 item(s)")
  const [type, relation] = [filter.string("type"), filter.string("relation")]
  requirePattern(type, wirePatterns.type, "UserTypeFilter", "Type")
  if (relation !== "") requirePattern(relation, wirePatterns.relation, "UserTypeFilter", "Relation")
  return { type, relation: relation || undefined }
}

const expandRoute: Route = {
  method: "POST",
  path: "/stores/:store/expand",
  handle: async (engine, request) => {
    const message = "ExpandRequest"
    const key = requireMessage(request.body, "tuple_key", message, "TupleKey")
    const [object, relation] = [key.string("object"), key.string("relation")]
    if (relation !== "") requirePattern(relation, wirePatterns.relation, "ExpandRequestTupleKey", "Relation")
    if (object !== "") requirePattern(object, wirePatterns.object, "ExpandRequestTupleKey", "Object")
    const contextualTuples = parseContextualTuples(request.body)
    const input = { ...reference(request, message), object, relation, contextualTuples }
    const { root, modelId } = await expand(engine, input)
    return { body: { tree: { root } }, store: input.store, modelId }
  },
}

/** Questions about relationships. */
export const queryRoutes: readonly Route[] = [
  checkRoute,
  batchCheckRoute,
  listObjectsRoute,
  streamedListObjectsRoute,
  listUsersRoute,
  expandRoute,
]
