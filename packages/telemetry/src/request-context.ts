import { AsyncLocalStorage } from "node:async_hooks"

/** What every log line of one request carries. */
export interface RequestContext {
  /** Correlates the lines of one request across all parts; the answer's `x-request-id`. */
  readonly requestId: string
  /** Joins log, audit record and answer of the latest decision. */
  decisionId?: string
  organization?: string
}

const storage = new AsyncLocalStorage<RequestContext>()

/** Runs the function within a request's context. */
export function withRequestContext<Result>(context: RequestContext, run: () => Result): Result {
  return storage.run(context, run)
}

/** The context of the request under way, or undefined outside any. */
export function currentRequestContext(): RequestContext | undefined {
  return storage.getStore()
}
