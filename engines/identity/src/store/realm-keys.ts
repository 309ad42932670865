import { assertDefined } from "@gatehouse/kernel"
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from "jose"
import type { StoreScope } from "./scope.ts"
import type { Jwk, Realm, RealmId, RealmKey, RealmKeys } from "./types.ts"

/** RFC 8725 section 3.5 with NIST SP 800-131A: the shortest RSA key that may sign. */
const modulusBits = 2048
const algorithm = "RS256"

/** A new key pair, not yet of any realm. Made outside of transactions: it takes a tenth of a second or more. */
export interface NewRealmKey {
  readonly kid: string
  readonly publicJwk: Jwk
  readonly privateJwk: Jwk
}

/** Generates RSA 2048 on the thread pool. The key's id is its thumbprint (RFC 7638). */
export async function generateRealmKey(): Promise<NewRealmKey> {
  const pair = await generateKeyPair(algorithm, { modulusLength: modulusBits, extractable: true })
  const [publicJwk, privateJwk] = await Promise.all([exportJWK(pair.publicKey), exportJWK(pair.privateKey)])
  const kid = await calculateJwkThumbprint(publicJwk, "sha256")
  const common = { kid, alg: algorithm, use: "sig" }
  return {
    kid,
    publicJwk: { kty: "RSA", ...publicJwk, ...common },
    privateJwk: { kty: "RSA", ...privateJwk, ...common },
  }
}

/** Keys of realms at rest: the private half is sealed for its realm and id. */
export interface RealmKeyTable {
  read(realmId: RealmId): Promise<RealmKeys>
  /** Makes the key the one that signs; the former active key stays as passive, so what it signed still verifies. */
  activate(realm: Realm, key: NewRealmKey): Promise<void>
  /** Drops passive keys that were made before the time; returns how many. */
  dropPassive(realm: Realm, before: Date): Promise<number>
}

/** Keys of realms as the transaction or connection of the scope sees them. */
export function createRealmKeyTable(scope: StoreScope): RealmKeyTable {
  const { database, sealer } = scope
  const place = (realmId: RealmId, kid: string) => `realm_key/${realmId}/${kid}`
  return {
    async read(realmId) {
      const rows = await database
        .selectFrom("identity.realm_key")
        .selectAll()
        .where("realm_id", "=", realmId)
        .orderBy("created_at", "desc")
        .orderBy("kid")
        .execute()
      const toKey = (row: (typeof rows)[number]): RealmKey => ({
        kid: row.kid,
        algorithm,
        publicJwk: row.public_jwk,
        privateJwk: JSON.parse(sealer.open(row.private_jwk, place(realmId, row.kid))) as Jwk,
        createdAt: row.created_at,
      })
      const active = assertDefined(
        rows.find((row) => row.active),
        "a realm has an active key",
      )
      return { active: toKey(active), passive: rows.filter((row) => row !== active).map(toKey) }
    },
    async activate(realm, key) {
      await database
        .updateTable("identity.realm_key")
        .set({ active: false })
        .where("realm_id", "=", realm.id)
        .where("active", "=", true)
        .execute()
      await database
        .insertInto("identity.realm_key")
        .values({
          realm_id: realm.id,
          kid: key.kid,
          algorithm,
          public_jwk: JSON.stringify(key.publicJwk),
          private_jwk: sealer.seal(JSON.stringify(key.privateJwk), place(realm.id, key.kid)),
          active: true,
        })
        .execute()
      scope.changed({ realmId: realm.id, realm: realm.realm, kind: "keys" })
    },
    async dropPassive(realm, before) {
      const result = await database
        .deleteFrom("identity.realm_key")
        .where("realm_id", "=", realm.id)
        .where("active", "=", false)
        .where("created_at", "<", before)
        .executeTakeFirst()
      scope.changed({ realmId: realm.id, realm: realm.realm, kind: "keys" })
      return Number(result.numDeletedRows)
    },
  }
}
