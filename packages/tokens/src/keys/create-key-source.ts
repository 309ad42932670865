import { type Clock, GatehouseError } from "@gatehouse/kernel"
import type { PinnedAlgorithm } from "../access-token/issuer-registry.ts"
import { startStopwatch } from "../form/stopwatch.ts"
import { fetchKeySet, type KeySetFetch } from "./fetch-key-set.ts"
import { type ParsedKeySet, parseKeySet, type VerificationKey } from "./parse-key-set.ts"

/** After this a use fetches again in the background, so a withdrawn key is noticed within about a minute of use. */
export const refreshAfterMilliseconds = 60_000
/** After this a use waits for the fetch, and falls back on the old keys only if it fails. */
const awaitRefreshAfterMilliseconds = 120_000
/** How long old keys may serve while the issuer cannot be reached. Beyond it every token is refused. */
const keysUsableForMilliseconds = 600_000
/** Least time between two fetches that unknown key ids cause: a token costs its sender nothing to make up. */
const unknownKeyCooldownMilliseconds = 1_000
/** Least time from the end of a failed fetch to the next, so that requests do not queue behind one time-out each. */
const failureCooldownMilliseconds = 1_000

/** The keys of one issuer. */
export interface KeySource {
  /** The key of that id, or undefined where the issuer has none that may verify. Throws `tokens.unavailable`. */
  keyFor(keyId: string): Promise<VerificationKey | undefined>
  /** Why published keys were refused, for the log. */
  refused(): ParsedKeySet["refused"]
}

/** Keys that are configuration. Throws `tokens.not_configured` unless every one of them may be used. */
export function createFixedKeySource(document: unknown, algorithm: PinnedAlgorithm): KeySource {
  const parsed = parseKeySet(document, algorithm)
  if (!parsed || parsed.refused.length > 0 || parsed.keys.size === 0) {
    throw new GatehouseError("tokens.not_configured", { details: { refused: parsed?.refused ?? [] } })
  }
  return { keyFor: async (keyId) => parsed.keys.get(keyId), refused: () => [] }
}

/** How an issuer's keys are found and the one algorithm they may sign with. */
export interface RemoteKeySourceOptions {
  /** Where the key set is, or the document that says it (OpenID Connect Discovery 1.0 section 4). */
  readonly uri: string
  /** Gives the key set's address, asked before each fetch, since an issuer may move it. Left out: `uri` is the address. */
  readonly locate?: (() => Promise<string>) | undefined
  readonly algorithm: PinnedAlgorithm
  readonly fetch: KeySetFetch
  readonly clock: Clock
}

/**
 * Keys that an issuer publishes: fetched at first use, one fetch at a time, again for a key id not seen before (rotation)
 * and when they age. Unreachable with no keys that may still serve is `tokens.unavailable`: a refusal, never a pass.
 */
export function createRemoteKeySource(options: RemoteKeySourceOptions): KeySource {
  let loaded: { readonly set: ParsedKeySet; readonly age: () => number } | undefined
  let underWay: Promise<void> | undefined
  let sinceFailure: (() => number) | undefined

  const failedJustNow = () => sinceFailure !== undefined && sinceFailure() < failureCooldownMilliseconds

  async function load(): Promise<void> {
    const age = startStopwatch(options.clock)
    try {
      const uri = (await options.locate?.()) ?? options.uri
      const set = parseKeySet(await fetchKeySet(uri, options.fetch), options.algorithm)
      if (!set) throw unavailable(options.uri)
      loaded = { set, age }
      sinceFailure = undefined
    } catch (error) {
      sinceFailure = startStopwatch(options.clock)
      throw error
    }
  }

  function refresh(): Promise<void> {
    if (!underWay && failedJustNow()) return Promise.reject(unavailable(options.uri))
    underWay ??= load().finally(() => {
      underWay = undefined
    })
    return underWay
  }

  async function current(): Promise<NonNullable<typeof loaded>> {
    const age = loaded?.age() ?? Number.POSITIVE_INFINITY
    if (age > keysUsableForMilliseconds) await refresh()
    else if (age > refreshAfterMilliseconds && !failedJustNow()) {
      const attempt = refresh().catch(() => undefined)
      if (age > awaitRefreshAfterMilliseconds) await attempt
    }
    if (!loaded) throw unavailable(options.uri)
    return loaded
  }

  return {
    async keyFor(keyId) {
      const known = await current()
      const key = known.set.keys.get(keyId)
      if (key || known.age() < unknownKeyCooldownMilliseconds) return key
      await refresh()
      return loaded?.set.keys.get(keyId)
    },
    refused: () => loaded?.set.refused ?? [],
  }
}

function unavailable(uri: string): GatehouseError {
  return new GatehouseError("tokens.unavailable", { details: { jwksUri: uri } })
}
