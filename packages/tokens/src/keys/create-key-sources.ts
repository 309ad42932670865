import type { Clock } from "@gatehouse/kernel"
import type { IssuerEntry } from "../access-token/issuer-registry.ts"
import { createBoundedMap } from "../form/bounded-map.ts"
import { createRemoteKeySource, type KeySource } from "./create-key-source.ts"
import type { KeySetFetch } from "./fetch-key-set.ts"

/** Key sets held at once; a cell holds fewer realms than this. */
const maximumKeySources = 5_000

/** The published keys of each issuer, one source an address and algorithm, kept from one use to the next. */
export function createKeySources(options: {
  readonly fetch: KeySetFetch
  readonly clock: Clock
}): (issuer: Pick<IssuerEntry, "jwksUri" | "algorithm">) => KeySource {
  const sources = createBoundedMap<string, KeySource>(maximumKeySources)
  return ({ jwksUri, algorithm }) => {
    const id = `${algorithm} ${jwksUri}`
    const known = sources.get(id)
    if (known) return known
    const source = createRemoteKeySource({ ...options, uri: jwksUri, algorithm })
    sources.set(id, source)
    return source
  }
}
