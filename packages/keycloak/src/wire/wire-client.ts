import {
  createJsonClient,
  type JsonAnswer,
  type JsonRequest,
  NoAnswerError,
} from "@gatehouse/http/json-client"
import { GatehouseError } from "@gatehouse/kernel"

/** Connections to one identity server. */
const maximumConnections = 8
/** Bytes of one answer: a page of 100 users, or a realm of many clients, stays far under it. */
const maximumAnswerBytes = 16 * 1024 * 1024

/** One request of the identity wire. */
export interface WireRequest extends Omit<JsonRequest, "repeatable"> {
  /** What is done, for the log: no name or value of the request in it. */
  readonly operation: string
}

/** Requests to the identity server, without any login. */
export interface WireClient {
  /** Throws `identity.unavailable` for no answer in time, too much of it, or no JSON. */
  send(request: WireRequest): Promise<JsonAnswer>
  close(): Promise<void>
}

/** HTTP to one identity server. On a broken connection all but POST is tried once more: repeated, it changes nothing. */
export function createWireClient(url: string, timeoutMilliseconds: number): WireClient {
  const client = createJsonClient({ url, maximumConnections, maximumAnswerBytes, timeoutMilliseconds })
  return {
    async send({ operation, ...request }) {
      try {
        return await client.send({ ...request, repeatable: request.method !== "POST" })
      } catch (error) {
        if (!(error instanceof NoAnswerError)) throw error
        throw new GatehouseError("identity.unavailable", {
          details: { operation, reason: error.reason },
          cause: error,
        })
      }
    },
    close: client.close,
  }
}
