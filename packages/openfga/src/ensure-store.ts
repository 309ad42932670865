import { GatehouseError, type Secret } from "@gatehouse/kernel"

export interface EnsureStoreOptions {
  readonly url: string
  readonly credential?: Secret | undefined
  /** `gatehouse` everywhere but in tests. */
  readonly name: string
  /** The model as OpenFGA's API takes it. */
  readonly model: unknown
  readonly timeoutMilliseconds?: number | undefined
}

/** The ids under which checks are asked. */
export interface EnsuredStore {
  readonly storeId: string
  readonly modelId: string
}

/**
 * Finds the store of that name or creates it, and writes the model only if the newest one differs in canonical form, so
 * that each start gives the same ids.
 */
export async function ensureStore(_options: EnsureStoreOptions): Promise<EnsuredStore> {
  throw new GatehouseError("authz.unavailable")
}
