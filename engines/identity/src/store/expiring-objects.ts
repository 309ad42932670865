import { sql } from "kysely"
import type { StoreScope } from "./scope.ts"
import type { ExpiringObject, ExpiringObjects, RealmId } from "./types.ts"

/** Rows that one purge statement deletes at most, so that none holds its locks for long. */
const purgeBatch = 1_000

/** Kinds whose ended objects stay until they expire, marked as consumed: a write that comes late must not revive one. */
const tombstoneModels = ["UserSession"]

const table = "identity.expiring_object" as const

type DigestColumn = "id_digest" | "grant_digest" | "uid_digest" | "user_code_digest"

interface Row {
  readonly id_digest: Buffer
  readonly payload: Buffer
  readonly expires_at: Date | null
  readonly consumed_at: Date | null
}

/** Objects that die, in one table whose key is realm, kind and digest of the id. */
export function createExpiringObjects(scope: StoreScope): ExpiringObjects {
  return { ...lookups(scope), ...writes(scope), ...endings(scope) }
}

/** Every digest is bound to its column, realm and kind, so that equal values in two places don't look alike. */
function digest({ sealer }: StoreScope, column: DigestColumn, realmId: RealmId, model: string, text: string) {
  // One grant stands behind objects of several kinds.
  const kind = column === "grant_digest" ? "" : model
  return sealer.digest(text, `expiring_object/${column}/${realmId}/${kind}`)
}

function placeOf(realmId: RealmId, model: string, idDigest: Buffer): string {
  return `expiring_object/${realmId}/${model}/${idDigest.toString("hex")}`
}

function now({ clock }: StoreScope): Date {
  return new Date(clock.nowMilliseconds())
}

function living(scope: StoreScope) {
  return sql<boolean>`(expires_at is null or expires_at > ${now(scope)})`
}

function lookups(
  scope: StoreScope,
): Pick<ExpiringObjects, "find" | "findByUid" | "findByUserCode" | "listByAccount"> {
  const alive = (realmId: RealmId) =>
    scope.database
      .selectFrom(table)
      .select(["model", "id_digest", "payload", "expires_at", "consumed_at"])
      .where("realm_id", "=", realmId)
      .where(living(scope))
  const toObject = (realmId: RealmId, model: string, row: Row): ExpiringObject => {
    const opened = JSON.parse(scope.sealer.open(row.payload, placeOf(realmId, model, row.id_digest)))
    const { id, payload } = opened as Pick<ExpiringObject, "id" | "payload">
    const at = (time: Date | null) => time ?? undefined
    return { realmId, model, id, payload, expiresAt: at(row.expires_at), consumedAt: at(row.consumed_at) }
  }
  const findBy = async (column: DigestColumn, realmId: RealmId, model: string, text: string) => {
    const row = await alive(realmId)
      .where("model", "=", model)
      .where(column, "=", digest(scope, column, realmId, model, text))
      .executeTakeFirst()
    return row && toObject(realmId, model, row)
  }
  return {
    find: (realmId, model, id) => findBy("id_digest", realmId, model, id),
    findByUid: (realmId, model, uid) => findBy("uid_digest", realmId, model, uid),
    findByUserCode: (realmId, model, userCode) => findBy("user_code_digest", realmId, model, userCode),
    async listByAccount(realmId, accountId, model) {
      const rows = await alive(realmId)
        .where("account_id", "=", accountId)
        .$if(model !== undefined, (query) => query.where("model", "=", model ?? ""))
        .orderBy("created_at", "desc")
        .execute()
      return rows.map((row) => toObject(realmId, row.model, row))
    },
  }
}

function writes(scope: StoreScope): Pick<ExpiringObjects, "upsert" | "consume"> {
  const { database, sealer } = scope
  return {
    async upsert({ realmId, model, id, payload, expiresAt, ...belongs }) {
      const digestOf = (column: DigestColumn, text: string) => digest(scope, column, realmId, model, text)
      const optional = (column: DigestColumn, text: string | undefined) =>
        text === undefined ? null : digestOf(column, text)
      const idDigest = digestOf("id_digest", id)
      const changing = {
        grant_digest: optional("grant_digest", belongs.grantId),
        uid_digest: optional("uid_digest", belongs.uid),
        user_code_digest: optional("user_code_digest", belongs.userCode),
        account_id: belongs.accountId ?? null,
        client_id: belongs.clientId ?? null,
        payload: sealer.seal(JSON.stringify({ id, payload }), placeOf(realmId, model, idDigest)),
        expires_at: expiresAt ?? null,
      }
      await database
        .insertInto(table)
        .values({ realm_id: realmId, model, id_digest: idDigest, created_at: now(scope), ...changing })
        .onConflict((conflict) => conflict.columns(["realm_id", "model", "id_digest"]).doUpdateSet(changing))
        .execute()
    },
    async consume(realmId, model, id) {
      const result = await database
        .updateTable(table)
        .set({ consumed_at: now(scope) })
        .where("realm_id", "=", realmId)
        .where("model", "=", model)
        .where("id_digest", "=", digest(scope, "id_digest", realmId, model, id))
        .where("consumed_at", "is", null)
        .where(living(scope))
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
  }
}

type Endings = "destroy" | "destroyByGrant" | "destroyByAccount" | "destroyByClient" | "purge"

function endings(scope: StoreScope): Pick<ExpiringObjects, Endings> {
  const { database } = scope
  const remove = (realmId: RealmId) => database.deleteFrom(table).where("realm_id", "=", realmId)
  return {
    async destroy(realmId, model, id) {
      const idDigest = digest(scope, "id_digest", realmId, model, id)
      await remove(realmId).where("model", "=", model).where("id_digest", "=", idDigest).execute()
    },
    async destroyByGrant(realmId, grantId) {
      await remove(realmId)
        .where("grant_digest", "=", digest(scope, "grant_digest", realmId, "", grantId))
        .execute()
    },
    async destroyByAccount(realmId, accountId) {
      await database
        .updateTable(table)
        .set({ consumed_at: now(scope) })
        .where("realm_id", "=", realmId)
        .where("account_id", "=", accountId)
        .where("model", "in", tombstoneModels)
        .where("consumed_at", "is", null)
        .execute()
      await remove(realmId)
        .where("account_id", "=", accountId)
        .where("model", "not in", tombstoneModels)
        .execute()
    },
    async destroyByClient(realmId, clientId) {
      await remove(realmId).where("client_id", "=", clientId).execute()
    },
    async purge() {
      let deleted = 0
      for (;;) {
        const result = await database
          .deleteFrom(table)
          .where(
            sql<boolean>`ctid = any(array(select ctid from identity.expiring_object
              where expires_at <= ${now(scope)} limit ${sql.lit(purgeBatch)}))`,
          )
          .executeTakeFirst()
        deleted += Number(result.numDeletedRows)
        if (result.numDeletedRows < BigInt(purgeBatch)) return deleted
      }
    },
  }
}
