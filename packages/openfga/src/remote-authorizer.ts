import { GatehouseError, type Secret } from "@gatehouse/kernel"
import type { Authorizer } from "./authorizer.ts"

/** Where the authorization server is and which store and model the questions are put to. */
export interface RemoteAuthorizerOptions {
  /** Without a path: `http://127.0.0.1:8082`. */
  readonly url: string
  readonly storeId: string
  readonly modelId: string
  /** The preshared key, sent as a bearer token. */
  readonly credential?: Secret | undefined
  /** One deadline for a whole call, waiting for a free connection included. */
  readonly timeoutMilliseconds?: number | undefined
}

/** An authorizer whose connections can be closed. */
export interface RemoteAuthorizer extends Authorizer {
  close(): Promise<void>
}

/** Asks a server on OpenFGA's HTTP wire, the embedded one or the real one. */
export function createRemoteAuthorizer(_options: RemoteAuthorizerOptions): RemoteAuthorizer {
  throw new GatehouseError("authz.unavailable")
}
