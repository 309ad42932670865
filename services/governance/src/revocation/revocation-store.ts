import type { OrganizationId } from "@gatehouse/contracts"
import { maximumTokenLifetimeSeconds, type RevocationEvent } from "@gatehouse/tokens"
import { type Kysely, sql } from "kysely"
import type { RegistryTables } from "../database/registry-schema.ts"

/** Events are kept for the longest token lifetime, and a margin for clocks that differ. */
const revocationRetentionSeconds = maximumTokenLifetimeSeconds + 300
/** Events in one answer of the feed. */
const revocationPageSize = 1_000

/** What ended before it expired, for everyone who verifies tokens. */
export interface RevocationStore {
  /** Records an event and the id of the token that told of it. False where that token was seen before: nothing changes. */
  record(event: RevocationEvent, toldBy: { readonly tokenId: string }): Promise<boolean>
  /** Events after a position, oldest first; from the oldest kept where it is left out. */
  read(
    after: bigint | undefined,
  ): Promise<{ readonly events: RevocationEvent[]; readonly last: bigint; readonly complete: boolean }>
}

/** The store in the service's own database. */
export function createRevocationStore(db: Kysely<RegistryTables>): RevocationStore {
  return {
    record: (event, { tokenId }) =>
      db.transaction().execute(async (tx) => {
        // One writer at a time, so that positions are visible in their order and a follower misses none.
        await sql`select pg_advisory_xact_lock(hashtextextended('gatehouse revocations', 0))`.execute(tx)
        const oldest = sql<Date>`now() - make_interval(secs => ${revocationRetentionSeconds})`
        await tx.deleteFrom("seen_logout_token").where("seen_at", "<", oldest).execute()
        await tx.deleteFrom("revocation").where("at", "<", oldest).execute()
        const { numInsertedOrUpdatedRows } = await tx
          .insertInto("seen_logout_token")
          .values({ organization: event.organization, token_id: tokenId, seen_at: sql`now()` })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst()
        if (numInsertedOrUpdatedRows === 0n) return false
        await tx
          .insertInto("revocation")
          .values({ organization: event.organization, event: JSON.stringify(event), at: sql`now()` })
          .execute()
        return true
      }),
    read: async (after) => {
      const rows = await db
        .selectFrom("revocation")
        .select(["position", "event"])
        .$if(after !== undefined, (query) => query.where("position", ">", String(after)))
        .orderBy("position")
        .limit(revocationPageSize)
        .execute()
      const last = rows.at(-1)
      return {
        events: rows.map(({ event }) => event as RevocationEvent),
        last: last === undefined ? (after ?? 0n) : BigInt(last.position),
        complete: rows.length < revocationPageSize,
      }
    },
  }
}

/** The event that a verified logout token tells of: the end of one session, or of all that the subject had until then. */
export function toRevocationEvent(
  organization: OrganizationId,
  token: {
    readonly subject: string | undefined
    readonly sessionId: string | undefined
    readonly issuedAtSeconds: number
  },
  nowSeconds: number,
): RevocationEvent | undefined {
  if (token.sessionId !== undefined) {
    return { kind: "session_ended", organization, sessionId: token.sessionId, atSeconds: nowSeconds }
  }
  if (token.subject === undefined) return undefined
  return {
    kind: "principal_not_before",
    organization,
    subject: token.subject,
    notBeforeSeconds: token.issuedAtSeconds,
    atSeconds: nowSeconds,
  }
}
