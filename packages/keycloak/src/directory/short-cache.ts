import type { Clock } from "@gatehouse/kernel"

/** Answers remembered for a moment. Concurrent callers share one question; a failure is never remembered. */
export interface ShortCache<Value> {
  get(key: readonly string[], load: () => Promise<Value>): Promise<Value>
  /** Forgets every key that begins so, questions under way included: their answers may be older than what made them stale. */
  forget(prefix: readonly string[]): void
}

/** A bound on memory: the oldest answers go first. */
const maximumEntries = 10_000

interface Entry<Value> {
  readonly key: readonly string[]
  readonly value: Promise<Value>
  /** On the monotonic clock, from when the question was asked. */
  readonly until: number
}

/** An empty cache. Questions that come together load once; times on the monotonic clock. */
export function createShortCache<Value>(milliseconds: number, clock: Clock): ShortCache<Value> {
  const entries = new Map<string, Entry<Value>>()
  return {
    get(key, load) {
      const name = JSON.stringify(key)
      const now = clock.monotonicMilliseconds()
      const known = entries.get(name)
      if (known && now < known.until) return known.value
      const entry = { key, value: load(), until: now + milliseconds }
      entries.delete(name)
      entries.set(name, entry)
      for (const oldest of entries.keys()) {
        if (entries.size <= maximumEntries) break
        entries.delete(oldest)
      }
      entry.value.catch(() => {
        if (entries.get(name) === entry) entries.delete(name)
      })
      return entry.value
    },
    forget(prefix) {
      for (const [name, { key }] of entries) {
        if (prefix.every((part, index) => key[index] === part)) entries.delete(name)
      }
    },
  }
}
