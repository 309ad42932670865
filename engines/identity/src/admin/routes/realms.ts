import { readBody } from "../body.ts"
import { masterRealm, requirePlatform } from "../caller.ts"
import { conflict, invalid } from "../refusals.ts"
import { mergeRealmSettings, realmUpdateSchema, toRealmRepresentation } from "../representations/realm.ts"
import { type AdminRoute, found, nothing } from "../route.ts"
import { isRealmName } from "../rules/names.ts"

/** A realm as a whole. Creating and listing realms is in `register-admin-api.ts`: those name none. */
export const realmRoutes: readonly AdminRoute[] = [
  {
    method: "GET",
    path: "",
    rights: ["view-realm"],
    handle: async ({ realm }) => found(toRealmRepresentation(realm)),
  },
  {
    method: "PUT",
    path: "",
    rights: ["manage-realm"],
    async handle({ store, caller, realm, body }) {
      const update = readBody(realmUpdateSchema, body)
      const name = update.realm ?? realm.realm
      if (name !== realm.realm) {
        requirePlatform(caller)
        if (!isRealmName(name)) throw invalid("Realm name is not valid")
      }
      const settings = mergeRealmSettings(realm, update)
      if (realm.realm === masterRealm && (name !== masterRealm || !settings.enabled)) {
        throw invalid("The realm master can be neither renamed nor disabled")
      }
      const { id, realm: _, ...kept } = { ...realm, ...settings }
      const written = await store.realms.update(realm, name, kept)
      if (!written.ok) throw conflict("Realm with same name exists")
      return nothing
    },
  },
  {
    method: "DELETE",
    path: "",
    rights: ["manage-realm"],
    async handle({ store, caller, realm }) {
      requirePlatform(caller)
      if (realm.realm === masterRealm) throw invalid("The realm master cannot be removed")
      await store.realms.delete(realm)
      return nothing
    },
  },
]
