import { assert, type Clock, nowSeconds, systemClock } from "@gatehouse/kernel"
import { maximumTokenLifetimeSeconds } from "../access-token/token-times.ts"
import type { RevocableToken, RevocationEvent, RevocationFeed } from "./revocation-feed.ts"

/** Kept beyond the longest token lifetime, for clocks that differ between who revokes, who issues and who verifies. */
const retentionLeewaySeconds = 60
/** How often what can matter no longer is forgotten. */
const sweepEverySeconds = 30
/** About 100 MB of entries. Above it the list is not ready, so every token is refused: it never forgets to save room. */
const maximumRevocations = 500_000

/** A revocation feed in memory, filled by whoever hears of revocations. */
export interface RevocationList extends RevocationFeed {
  add(event: RevocationEvent): void
  readonly size: number
}

/** How long revocations have to be remembered, and by which clock. */
export interface RevocationListOptions {
  readonly clock?: Clock
  /** The longest lifetime that a verifier of this list takes. Default: `maximumTokenLifetimeSeconds`. */
  readonly longestTokenLifetimeSeconds?: number
}

/** What one event ends: a key that a token can be looked up by, and up to which `iat`; infinite for everything. */
interface Entry {
  readonly notAfterSeconds: number
  readonly keepUntilSeconds: number
}

/** Makes an empty list, which is ready. Events may arrive twice and in any order: the furthest-reaching one counts. */
export function createRevocationList(options: RevocationListOptions = {}): RevocationList {
  const { clock = systemClock, longestTokenLifetimeSeconds = maximumTokenLifetimeSeconds } = options
  const keptFor = longestTokenLifetimeSeconds + retentionLeewaySeconds
  const entries = new Map<string, Entry>()
  let nextSweep = nowSeconds(clock) + sweepEverySeconds

  function sweep(): void {
    const now = nowSeconds(clock)
    if (now < nextSweep) return
    nextSweep = now + sweepEverySeconds
    for (const [key, entry] of entries) if (entry.keepUntilSeconds < now) entries.delete(key)
  }

  const ends = (key: string, iat: number) => {
    const entry = entries.get(key)
    return entry !== undefined && iat <= entry.notAfterSeconds
  }

  return {
    ready() {
      if (entries.size > maximumRevocations) sweep()
      return entries.size <= maximumRevocations
    },
    isRevoked: ({ organization, sub, sid, jti, iat }) =>
      ends(keyOf("token", organization, jti), iat) ||
      (sid !== undefined && ends(keyOf("session", organization, sid), iat)) ||
      ends(keyOf("principal", organization, sub), iat) ||
      ends(keyOf("organization", organization, ""), iat),
    add(event) {
      sweep()
      const { key, notAfterSeconds } = targetOf(event)
      assert(Number.isFinite(event.atSeconds) && !Number.isNaN(notAfterSeconds), "a revocation has its times")
      const before = entries.get(key)
      const last = Math.max(
        event.atSeconds,
        Number.isFinite(notAfterSeconds) ? notAfterSeconds : event.atSeconds,
      )
      entries.set(key, {
        notAfterSeconds: Math.max(notAfterSeconds, before?.notAfterSeconds ?? 0),
        keepUntilSeconds: Math.max(last + keptFor, before?.keepUntilSeconds ?? 0),
      })
    },
    get size() {
      return entries.size
    },
  }
}

/** Unambiguous, since an organization's id holds no line break and the kind is ours. */
function keyOf(kind: string, organization: RevocableToken["organization"], id: string): string {
  return `${kind}\n${organization}\n${id}`
}

function targetOf(event: RevocationEvent): { key: string; notAfterSeconds: number } {
  const { organization } = event
  switch (event.kind) {
    case "session_ended":
      return {
        key: keyOf("session", organization, event.sessionId),
        notAfterSeconds: Number.POSITIVE_INFINITY,
      }
    case "token_revoked":
      return { key: keyOf("token", organization, event.tokenId), notAfterSeconds: Number.POSITIVE_INFINITY }
    case "principal_not_before":
      return {
        key: keyOf("principal", organization, event.subject),
        notAfterSeconds: event.notBeforeSeconds,
      }
    case "organization_not_before":
      return { key: keyOf("organization", organization, ""), notAfterSeconds: event.notBeforeSeconds }
  }
}
