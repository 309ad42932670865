import type { Clock } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { UserSessions } from "../sessions/user-sessions.ts"
import type { IdentityStore, Realm, RealmId } from "../store/types.ts"
import type { RealmProvider } from "./realm-provider.ts"

/** The realms' providers, made when a realm is first used. */
export interface Providers {
  of(realm: Realm): Promise<RealmProvider>
  close(): void
}

/** What the providers of all realms share. */
export interface ProvidersOptions {
  readonly store: IdentityStore
  readonly sessions: UserSessions
  readonly issuerOf: (realm: Realm) => string
  readonly cookieKeys: readonly string[]
  readonly clock: Clock
  readonly logger: Logger
  readonly renderError: (error: string) => string
}

/** Providers in memory, 110 KB each; beyond this the one that was made first goes and is made again when needed. */
const maximumProviders = 200

/**
 * Keeps one provider per realm. oidc-provider itself (47 MB, 240 ms) is loaded by the first of them, so a plane in which only
 * services get tokens never pays for it. A change of the realm or its keys makes the next request build a new one.
 */
export function createProviders(options: ProvidersOptions): Providers {
  const known = new Map<RealmId, Promise<RealmProvider>>()
  const stop = options.store.onChange(({ realmId, kind }) => {
    if (kind === "realm" || kind === "realm-deleted" || kind === "keys") known.delete(realmId)
  })
  return {
    of(realm) {
      const present = known.get(realm.id)
      if (present !== undefined) return present
      const made = make(options, realm)
      made.catch(() => known.delete(realm.id))
      if (known.size >= maximumProviders) known.delete(known.keys().next().value ?? realm.id)
      known.set(realm.id, made)
      return made
    },
    close() {
      stop()
      known.clear()
    },
  }
}

async function make({ issuerOf, ...options }: ProvidersOptions, realm: Realm): Promise<RealmProvider> {
  const [{ createRealmProvider }, keys] = await Promise.all([
    import("./oidc-provider.ts"),
    options.store.realmKeys(realm.id),
  ])
  return createRealmProvider({ ...options, issuer: issuerOf(realm), realm: realm.realm, keys })
}
