import { readChanges } from "../commands/read-changes.ts"
import { readTuples } from "../commands/read-tuples.ts"
import { writeTuples } from "../commands/write-tuples.ts"
import type { Change } from "../storage/storage.ts"
import { decodePositionToken, encodeToken } from "../wire/continuation-token.ts"
import { refuse } from "../wire/error-codes.ts"
import { maximumUserBytes } from "../wire/limits.ts"
import { parseFreshness, parseTuple, parseTupleKey } from "../wire/parse-tuple.ts"
import type { WireMessage } from "../wire/proto-json.ts"
import { showTime } from "../wire/show-time.ts"
import { showTupleKey } from "../wire/show-tuple.ts"
import { requireBytesAtMost, requirePattern, violation, wirePatterns } from "../wire/violations.ts"
import { modelIdOf, pageSize, queryInteger, type Route, storeOf, type WireRequest } from "./route.ts"

/** The elements of `writes` or `deletes`: absent is none, but a present list must hold something. */
function tupleKeys(container: WireMessage | undefined, message: string): WireMessage[] {
  if (container === undefined) return []
  const keys = container.messages("tuple_keys")
  if (keys.length === 0) throw violation(message, "TupleKeys", "value must contain at least 1 item(s)")
  return keys
}

const write: Route = {
  method: "POST",
  path: "/stores/:store/write",
  handle: async (engine, request) => {
    const store = storeOf(request, "WriteRequest")
    const writes = request.body.message("writes")
    const deletes = request.body.message("deletes")
    const { modelId } = await writeTuples(engine, {
      store,
      modelId: modelIdOf(request.body, "WriteRequest"),
      writes: tupleKeys(writes, "WriteRequestWrites").map(parseTuple),
      deletes: tupleKeys(deletes, "WriteRequestDeletes").map(parseTupleKey),
      onDuplicate: writes?.string("on_duplicate") ?? "",
      onMissing: deletes?.string("on_missing") ?? "",
    })
    return { body: {}, store, modelId }
  },
}

const read: Route = {
  method: "POST",
  path: "/stores/:store/read",
  handle: async (engine, request) => {
    const message = "ReadRequest"
    const store = storeOf(request, message)
    const { body } = request
    const key = body.message("tuple_key")
    const limit = pageSize(body.integer("page_size"), message)
    const expected = { kind: "tuples", scope: store, type: "" } as const
    const afterPosition = decodePositionToken(body.string("continuation_token"), expected, message) ?? 0
    // Every page is current; the choice must be one of the wire's all the same.
    parseFreshness(body, message)
    const filter = key === undefined ? undefined : parseFilter(key)
    const page = { store, key: filter, afterPosition, limit }
    const { tuples, more } = await readTuples(engine, page)
    const last = tuples.at(-1)
    return {
      body: {
        tuples: tuples.map(({ tuple, microseconds }) => ({
          key: showTupleKey(tuple),
          timestamp: showTime(microseconds),
        })),
        continuation_token: more && last ? encodeToken({ ...expected, after: String(last.position) }) : "",
      },
      store,
    }
  },
}

function parseFilter(key: WireMessage): { object: string; relation: string; user: string } {
  const message = "ReadRequestTupleKey"
  const [user, relation, object] = [key.string("user"), key.string("relation"), key.string("object")]
  requireBytesAtMost(user, maximumUserBytes, message, "User")
  if (user !== "") requirePattern(user, wirePatterns.readUser, message, "User")
  if (relation !== "") requirePattern(relation, wirePatterns.relation, message, "Relation")
  if (object !== "") requirePattern(object, wirePatterns.object, message, "Object")
  return { object, relation, user }
}

const changes: Route = {
  method: "GET",
  path: "/stores/:store/changes",
  handle: async (engine, request) => {
    const message = "ReadChangesRequest"
    const store = storeOf(request, message)
    const objectType = request.query("type") ?? ""
    if (objectType !== "") requirePattern(objectType, wirePatterns.changesType, message, "Type")
    const size = queryInteger(request, "page_size")
    if (size !== undefined && size < 1)
      throw violation(message, "PageSize", "value must be greater than or equal to 1")
    const limit = pageSize(size, message)
    const expected = { kind: "changes", scope: store, type: objectType } as const
    const token = request.query("continuation_token") ?? ""
    const afterPosition = decodePositionToken(token, expected, message)
    const found = await readChanges(engine, {
      store,
      objectType: objectType || undefined,
      startMicroseconds: parseStartTime(request, message),
      afterPosition,
      limit,
    })
    const last = found.at(-1)
    return {
      body: {
        changes: found.map(showChange),
        // At the end the same token comes back, and resumes later.
        continuation_token: last ? encodeToken({ ...expected, after: String(last.position) }) : token,
      },
      store,
    }
  },
}

function showChange({ tuple, operation, microseconds }: Change): object {
  return {
    tuple_key: showTupleKey(tuple),
    operation: operation === "write" ? "TUPLE_OPERATION_WRITE" : "TUPLE_OPERATION_DELETE",
    timestamp: showTime(microseconds),
  }
}

const timestampForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/

/** `start_time` in RFC 3339, cut to milliseconds: a change of that millisecond is never left out. */
function parseStartTime(request: WireRequest, message: string): number | undefined {
  const text = request.query("start_time")
  if (text === undefined) return undefined
  const milliseconds = timestampForm.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(milliseconds)) throw refuse("validation_error", 'parsing field "start_time": invalid time')
  if (milliseconds >= Date.now()) throw violation(message, "StartTime", "value must be less than now")
  return milliseconds * 1_000
}

/** Tuples: write, read, and the log of their changes. */
export const tupleRoutes: readonly Route[] = [write, read, changes]
