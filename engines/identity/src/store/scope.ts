import type { Clock } from "@gatehouse/kernel"
import type { Kysely } from "kysely"
import type { IdentityTables } from "./schema.ts"
import type { Sealer } from "./sealer.ts"
import type { StoreChange } from "./types.ts"

/** What every part of the store works with: one database handle (a pool or a transaction), the sealer, and time. */
export interface StoreScope {
  readonly database: Kysely<IdentityTables>
  readonly sealer: Sealer
  readonly clock: Clock
  /** Notes a change; listeners hear of it after the commit. */
  changed(change: StoreChange): void
}

/** What a write that may meet something existing answers. */
export type Outcome<Value, Refusal extends string> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: Refusal }

/** An expected outcome: it was carried out. */
export function done<Value>(value: Value): { readonly ok: true; readonly value: Value } {
  return { ok: true, value }
}

/** An expected outcome: nothing was changed, and why. */
export function refused<Refusal extends string>(
  reason: Refusal,
): { readonly ok: false; readonly reason: Refusal } {
  return { ok: false, reason }
}

/** A page of a list in Keycloak's words; without `max` everything is meant. */
export interface Slice {
  readonly first?: number | undefined
  readonly max?: number | undefined
}
