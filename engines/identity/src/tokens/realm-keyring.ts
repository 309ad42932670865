import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from "node:crypto"
import type { IdentityStore, RealmId, RealmKey } from "../store/types.ts"

/** One realm's keys, ready for use. */
export interface Keyring {
  readonly active: { readonly kid: string; readonly privateKey: KeyObject; readonly publicKey: KeyObject }
  /** By key id, retired ones included. */
  readonly verifying: ReadonlyMap<string, KeyObject>
  /** What `certs` answers: public halves alone, newest first. */
  readonly jwks: { readonly keys: readonly Readonly<Record<string, unknown>>[] }
}

/** Keyrings by realm, read from the store once and again after a change. */
export interface Keyrings {
  of(realmId: RealmId): Promise<Keyring>
  close(): void
}

/** Realms whose parsed keys stay in memory, about 10 KB each. */
const maximumKeyrings = 500

/** Keeps parsed keys, because reading them decrypts and imports. Keys of a realm are read again after the store tells a change. */
export function createKeyrings(store: Pick<IdentityStore, "realmKeys" | "onChange">): Keyrings {
  const known = new Map<RealmId, Promise<Keyring>>()
  const stop = store.onChange(({ realmId, kind }) => {
    if (kind === "keys" || kind === "realm-deleted") known.delete(realmId)
  })
  return {
    of(realmId) {
      const present = known.get(realmId)
      if (present !== undefined) return present
      const loading = load(store, realmId)
      loading.catch(() => known.delete(realmId))
      if (known.size >= maximumKeyrings) known.delete(known.keys().next().value ?? realmId)
      known.set(realmId, loading)
      return loading
    },
    close() {
      stop()
      known.clear()
    },
  }
}

async function load(store: Pick<IdentityStore, "realmKeys">, realmId: RealmId): Promise<Keyring> {
  const { active, passive } = await store.realmKeys(realmId)
  const all = [active, ...passive]
  const publicKey = (key: RealmKey) => createPublicKey({ key: key.publicJwk as JsonWebKey, format: "jwk" })
  const verifying = new Map(all.map((key) => [key.kid, publicKey(key)]))
  return {
    active: {
      kid: active.kid,
      privateKey: createPrivateKey({ key: active.privateJwk as JsonWebKey, format: "jwk" }),
      publicKey: publicKey(active),
    },
    verifying,
    jwks: { keys: all.map(toPublicJwk) },
  }
}

/** Named members alone, so that a private one can't slip out whatever the store holds. */
function toPublicJwk({ kid, algorithm, publicJwk }: RealmKey): Readonly<Record<string, unknown>> {
  return { kid, kty: publicJwk.kty, alg: algorithm, use: "sig", n: publicJwk.n, e: publicJwk.e }
}
