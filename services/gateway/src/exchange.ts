import type { IncomingMessage, ServerResponse } from "node:http"

/** One request on its way through the steps. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  /** Ours: what logs and services know the request by. */
  readonly ownRequestId: string
  /** What the answer names the request by: ours, or on a wire that asks for it the client's own. */
  requestId: string
  readonly method: string
  /** Filled by the steps, for whatever answer comes in the end. */
  corsHeaders: Readonly<Record<string, string>>
  route: string | undefined
  organization: string | undefined
}
