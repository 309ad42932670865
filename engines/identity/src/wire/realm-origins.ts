import { webOriginsOf } from "../clients/web-origins.ts"
import type { AdminStore } from "../store/create-identity-store.ts"
import type { Realm, RealmId } from "../store/types.ts"

/** The web origins that any enabled client of a realm has registered: what a preflight, which names no client, is held to. */
export interface RealmOrigins {
  of(realm: Realm): Promise<ReadonlySet<string>>
  close(): void
}

/** Keeps each realm's origins until one of its clients changes. */
export function createRealmOrigins(store: AdminStore): RealmOrigins {
  const known = new Map<RealmId, Promise<ReadonlySet<string>>>()
  const stop = store.onChange(({ realmId, kind }) => {
    if (kind === "client" || kind === "realm-deleted") known.delete(realmId)
  })
  const read = async (realm: Realm) => {
    const clients = await store.clients.list(realm.id, {}, {})
    return new Set(clients.filter(({ enabled }) => enabled).flatMap((client) => [...webOriginsOf(client)]))
  }
  return {
    of(realm) {
      const present = known.get(realm.id)
      if (present !== undefined) return present
      const reading = read(realm)
      reading.catch(() => known.delete(realm.id))
      known.set(realm.id, reading)
      return reading
    },
    close() {
      stop()
      known.clear()
    },
  }
}
