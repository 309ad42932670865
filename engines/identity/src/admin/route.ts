import type { SessionEnder } from "../sessions/end-session.ts"
import type { AdminStore } from "../store/create-identity-store.ts"
import type { Realm } from "../store/types.ts"
import type { AdminCaller, Right } from "./caller.ts"
import type { AdminQuery } from "./query.ts"

/** What a call to the Admin API is answered with; `location` is a path below the public address. */
export interface AdminAnswer {
  readonly status: 200 | 201 | 204
  readonly body?: unknown
  readonly location?: string
}

/** 200 with a body. */
export function found(body: unknown): AdminAnswer {
  return { status: 200, body }
}

/** 201 with the new thing's address: the official client takes ids from it. */
export function created(location: string, body?: unknown): AdminAnswer {
  return { status: 201, location, ...(body === undefined ? {} : { body }) }
}

/** 204. */
export const nothing: AdminAnswer = Object.freeze({ status: 204 })

/** A call, once its caller and realm are known. Changes run in one transaction, and `store` is within it. */
export interface AdminCall {
  readonly store: AdminStore
  readonly caller: AdminCaller
  readonly realm: Realm
  readonly query: AdminQuery
  /** A member of the path. */
  readonly param: (name: string) => string
  readonly body: unknown
  readonly sessions: SessionEnder
  /** Runs after the commit, before the answer. */
  afterCommit(work: () => Promise<void>): void
}

/** One operation below `/admin/realms/{realm}`: its path there, which rights open it, and what it does. */
export interface AdminRoute {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** As `/users/:id`; empty for the realm itself. A trailing slash is always taken too. */
  readonly path: string
  readonly rights: readonly Right[]
  readonly handle: (call: AdminCall) => Promise<AdminAnswer>
}
