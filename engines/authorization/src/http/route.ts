import type { Engine } from "../commands/engine.ts"
import { refuse } from "../wire/error-codes.ts"
import { defaultPageSize, maximumPageSize } from "../wire/limits.ts"
import type { WireMessage } from "../wire/proto-json.ts"
import { requirePattern, violation, wirePatterns } from "../wire/violations.ts"

/** A request of the wire, free of the HTTP library. */
export interface WireRequest {
  /** A parameter of the path; empty where there is none. */
  path(name: string): string
  /** A query parameter; undefined where there is none. Two of one name are refused. */
  query(name: string): string | undefined
  readonly body: WireMessage
}

/** An answer of the wire. `lines` is a stream of JSON documents, one a line, some at a time, instead of a body. */
export interface WireAnswer {
  readonly status?: 200 | 201 | 204
  readonly body?: unknown
  /** The body where it is JSON already. */
  readonly json?: string
  readonly lines?: AsyncIterable<readonly unknown[]>
  readonly modelId?: string
  readonly store?: string
  /** A list that was cut: said in a header, for the body has no room for it. */
  readonly incomplete?: boolean
}

/** One operation: parses, calls its command, says the answer in the wire's words. */
export interface Route {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Segments with a colon are parameters. */
  readonly path: string
  /** Streams have their own form of errors. */
  readonly streams?: boolean
  /** Answered without a credential. */
  readonly isPublic?: boolean
  handle(engine: Engine, request: WireRequest): Promise<WireAnswer>
}

/** The store's id in the path. `message` is the request's name on the wire. */
export function storeOf(request: WireRequest, message: string): string {
  const store = request.path("store")
  requirePattern(store, wirePatterns.ulid, message, "StoreId")
  return store
}

/** The model's id in the body; empty: the newest. */
export function modelIdOf(body: WireMessage, message: string): string {
  const modelId = body.string("authorization_model_id")
  if (modelId !== "") requirePattern(modelId, wirePatterns.ulid, message, "AuthorizationModelId")
  return modelId
}

/** A page size, which protobuf lets be absent. */
export function pageSize(value: number | undefined, message: string): number {
  if (value === undefined) return defaultPageSize
  if (value < 1 || value > maximumPageSize)
    throw violation(message, "PageSize", `value must be inside range [1, ${maximumPageSize}]`)
  return value
}

/** `page_size` of the query. */
export function queryInteger(request: WireRequest, name: string): number | undefined {
  const text = request.query(name)
  if (text === undefined) return undefined
  if (!/^[+-]?\d{1,10}$/.test(text))
    throw refuse("validation_error", `parsing field "${name}": invalid syntax`)
  return Number(text)
}
