import { sql } from "kysely"
import type { StoreScope } from "./scope.ts"
import type { ExpiringObject, ExpiringObjects, RealmId } from "./types.ts"

/** Rows that one purge statement deletes at most, so that none holds its locks for long. */
const purgeBatch = 1_000

/** Kinds whose ended objects stay until they expire, marked as consumed: a write that comes late must not revive one. */
const tombstoneModels = ["UserSession"]

type DigestColumn = "id_digest" | "grant_digest" | "uid_digest" | "user_code_digest"
interface Row {
  readonly id_digest: Buffer
  readonly payload: Buffer
  readonly expires_at: Date | null
  readonly consumed_at: Date | null
}

/** Objects that die, in one table whose key is realm, kind and digest of the id. */
export function createExpiringObjects({ database, sealer, clock }: StoreScope): ExpiringObjects {
  const table = "identity.expiring_object" as const
  const now = () => new Date(clock.nowMilliseconds())
  const digest = (column: DigestColumn, realmId: RealmId, model: string, text: string) =>
    sealer.digest(text, `expiring_object/${column}/${realmId}/${model}`)
  const grantDigest = (realmId: RealmId, grantId: string) => digest("grant_digest", realmId, "", grantId)
  const optional = (column: DigestColumn, realmId: RealmId, model: string, text: string | undefined) =>
    text === undefined ? null : digest(column, realmId, model, text)
  const place = (realmId: RealmId, model: string, idDigest: Buffer) =>
    `expiring_object/${realmId}/${model}/${idDigest.toString("hex")}`

  const alive = (realmId: RealmId) =>
    database
      .selectFrom(table)
      .select(["model", "id_digest", "payload", "expires_at", "consumed_at"])
      .where("realm_id", "=", realmId)
      .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", now())]))

  const toObject = (realmId: RealmId, model: string, row: Row): ExpiringObject => {
    const opened = JSON.parse(sealer.open(row.payload, place(realmId, model, row.id_digest)))
    const { id, payload } = opened as Pick<ExpiringObject, "id" | "payload">
    const at = (time: Date | null) => time ?? undefined
    return { realmId, model, id, payload, expiresAt: at(row.expires_at), consumedAt: at(row.consumed_at) }
  }

  const findBy = async (column: DigestColumn, realmId: RealmId, model: string, text: string) => {
    const row = await alive(realmId)
      .where("model", "=", model)
      .where(column, "=", digest(column, realmId, model, text))
      .executeTakeFirst()
    return row && toObject(realmId, model, row)
  }

  return {
    async upsert({ realmId, model, id, payload, expiresAt, ...belongs }) {
      const idDigest = digest("id_digest", realmId, model, id)
      const changing = {
        grant_digest: belongs.grantId === undefined ? null : grantDigest(realmId, belongs.grantId),
        uid_digest: optional("uid_digest", realmId, model, belongs.uid),
        user_code_digest: optional("user_code_digest", realmId, model, belongs.userCode),
        account_id: belongs.accountId ?? null,
        client_id: belongs.clientId ?? null,
        payload: sealer.seal(JSON.stringify({ id, payload }), place(realmId, model, idDigest)),
        expires_at: expiresAt ?? null,
      }
      await database
        .insertInto(table)
        .values({ realm_id: realmId, model, id_digest: idDigest, created_at: now(), ...changing })
        .onConflict((conflict) => conflict.columns(["realm_id", "model", "id_digest"]).doUpdateSet(changing))
        .execute()
    },
    find: (realmId, model, id) => findBy("id_digest", realmId, model, id),
    findByUid: (realmId, model, uid) => findBy("uid_digest", realmId, model, uid),
    findByUserCode: (realmId, model, userCode) => findBy("user_code_digest", realmId, model, userCode),
    async consume(realmId, model, id) {
      const result = await database
        .updateTable(table)
        .set({ consumed_at: now() })
        .where("realm_id", "=", realmId)
        .where("model", "=", model)
        .where("id_digest", "=", digest("id_digest", realmId, model, id))
        .where("consumed_at", "is", null)
        .where((where) => where.or([where("expires_at", "is", null), where("expires_at", ">", now())]))
        .executeTakeFirst()
      return result.numUpdatedRows === 1n
    },
    async destroy(realmId, model, id) {
      await database
        .deleteFrom(table)
        .where("realm_id", "=", realmId)
        .where("model", "=", model)
        .where("id_digest", "=", digest("id_digest", realmId, model, id))
        .execute()
    },
    async destroyByGrant(realmId, grantId) {
      await database
        .deleteFrom(table)
        .where("realm_id", "=", realmId)
        .where("grant_digest", "=", grantDigest(realmId, grantId))
        .execute()
    },
    async listByAccount(realmId, accountId, model) {
      const rows = await alive(realmId)
        .where("account_id", "=", accountId)
        .$if(model !== undefined, (query) => query.where("model", "=", model ?? ""))
        .orderBy("created_at", "desc")
        .execute()
      return rows.map((row) => toObject(realmId, row.model, row))
    },
    async destroyByAccount(realmId, accountId) {
      const ofAccount = { realm_id: realmId, account_id: accountId }
      await database
        .updateTable(table)
        .set({ consumed_at: now() })
        .where((where) => where.and(ofAccount))
        .where("model", "in", tombstoneModels)
        .where("consumed_at", "is", null)
        .execute()
      await database
        .deleteFrom(table)
        .where((where) => where.and(ofAccount))
        .where("model", "not in", tombstoneModels)
        .execute()
    },
    async destroyByClient(realmId, clientId) {
      await database
        .deleteFrom(table)
        .where((where) => where.and({ realm_id: realmId, client_id: clientId }))
        .execute()
    },
    async purge() {
      let deleted = 0
      for (;;) {
        const result = await database
          .deleteFrom(table)
          .where(
            sql<boolean>`ctid = any(array(
              select ctid from identity.expiring_object where expires_at <= ${now()} limit ${sql.lit(purgeBatch)}))`,
          )
          .executeTakeFirst()
        deleted += Number(result.numDeletedRows)
        if (result.numDeletedRows < BigInt(purgeBatch)) return deleted
      }
    },
  }
}
