import { assertDefined, equalInConstantTime, revealSecret, type Secret } from "@gatehouse/kernel"
import type { AdminStore } from "../store/create-identity-store.ts"
import { generateRealmKey } from "../store/realm-keys.ts"
import { defaultRealmSettings } from "../store/realms.ts"
import { masterAdministratorRole, masterRealm } from "./caller.ts"
import { createClient } from "./writes/write-client.ts"

/** The first administrator, as Keycloak takes one from `KC_BOOTSTRAP_ADMIN_CLIENT_ID` and `…_SECRET`. */
export interface BootstrapAdministrator {
  readonly clientId: string
  readonly clientSecret: Secret
}

/**
 * Makes the realm `master` with the one client whose service account administers everything. Safe at every start: what is
 * there stays, and the secret becomes the given one.
 */
export async function ensureBootstrapAdministrator(
  store: AdminStore,
  { clientId, clientSecret }: BootstrapAdministrator,
): Promise<void> {
  const secret = revealSecret(clientSecret)
  const key = (await store.findRealm(masterRealm)) ? undefined : await generateRealmKey()
  await store.transaction(async (within) => {
    const realm =
      (await within.findRealm(masterRealm)) ??
      (await createMaster(within, assertDefined(key, "the realm master is never removed")))
    const known = await within.findClient(realm.id, clientId)
    if (known?.secret !== undefined && equalInConstantTime(known.secret, secret)) return
    if (known) return within.clients.writeSecret(realm, known, secret)
    const client = await createClient(within, { kind: "platform" }, realm, {
      clientId,
      secret,
      standardFlowEnabled: false,
      serviceAccountsEnabled: true,
    })
    const user = await within.findServiceAccountUser(realm.id, client.id)
    const role = await within.roles.findByName(realm.id, undefined, masterAdministratorRole)
    if (user && role) await within.roles.give(realm, { kind: "user", id: user.id }, [role])
  })
}

async function createMaster(store: AdminStore, key: Awaited<ReturnType<typeof generateRealmKey>>) {
  const written = await store.realms.create(masterRealm, { ...defaultRealmSettings, enabled: true })
  // Another process made it at the same instant.
  if (!written.ok) return assertDefined(await store.findRealm(masterRealm), "the realm master exists")
  await store.keys.activate(written.value, key)
  await store.roles.create(written.value, undefined, {
    name: masterAdministratorRole,
    description: "Administers every realm",
    attributes: {},
  })
  return written.value
}
