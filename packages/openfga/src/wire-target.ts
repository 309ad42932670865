import type { WireClient } from "./wire-client.ts"

/** A store and a model of it on a server. */
export interface WireTarget {
  readonly client: WireClient
  readonly storeId: string
  readonly modelId: string
}

/** The path of a store's operation. */
export function storePath({ storeId }: WireTarget, operation: string): string {
  return `/stores/${encodeURIComponent(storeId)}/${operation}`
}
