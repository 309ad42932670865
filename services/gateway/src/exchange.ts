import type { IncomingMessage, ServerResponse } from "node:http"

/** One request on its way through the steps. */
export interface Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly requestId: string
  readonly method: string
  /** Filled by the steps, for whatever answer comes in the end. */
  corsHeaders: Readonly<Record<string, string>>
  route: string | undefined
  organization: string | undefined
}
