import { sql } from "kysely"
import type { StoreScope } from "./scope.ts"
import type { LoginFailures, Realm, User } from "./types.ts"

/** Counts of failed sign-ins, one row an account, whatever name was typed. */
export interface LoginFailureTable {
  of(user: User): Promise<LoginFailures>
  record(realm: Realm, user: User): Promise<LoginFailures>
  clear(user: User): Promise<void>
}

/** Counts failed logins by user; the clock decides whether a lock still holds. */
export function createLoginFailureTable({ database, clock }: StoreScope): LoginFailureTable {
  const read = (row: { failures: number; locked_until: Date | null } | undefined): LoginFailures => {
    const until = row?.locked_until?.getTime() ?? 0
    const locked = until > clock.nowMilliseconds()
    return { failures: row?.failures ?? 0, lockedUntil: locked ? new Date(until) : undefined }
  }
  return {
    async of(user) {
      return read(
        await database
          .selectFrom("identity.login_failure")
          .select(["failures", "locked_until"])
          .where("user_id", "=", user.id)
          .executeTakeFirst(),
      )
    },
    /**
     * One statement, so that concurrent failures all count. After `failureFactor` failures every further one makes the
     * account wait: an increment for each full `failureFactor`, up to the maximum, as Keycloak's default strategy has it.
     */
    async record(realm, user) {
      const now = new Date(clock.nowMilliseconds())
      const forgotten = new Date(now.getTime() - realm.maxDeltaTimeSeconds * 1000)
      const result = await sql<{ failures: number; locked_until: Date | null }>`
        insert into identity.login_failure as f (realm_id, user_id, failures, last_failure_at, locked_until)
        values (${realm.id}, ${user.id}, 1, ${now}, case when ${realm.bruteForceProtected}::boolean and 1 >= ${realm.failureFactor}::int
          then ${now}::timestamptz + make_interval(secs => least(${realm.waitIncrementSeconds}::int, ${realm.maxFailureWaitSeconds}::int)) end)
        on conflict (user_id) do update set
          last_failure_at = excluded.last_failure_at,
          failures = case when f.last_failure_at < ${forgotten} then 1 else f.failures + 1 end,
          locked_until = case
            when not ${realm.bruteForceProtected}::boolean then null
            when (case when f.last_failure_at < ${forgotten} then 1 else f.failures + 1 end) < ${realm.failureFactor}::int then null
            else ${now}::timestamptz + make_interval(secs => least(
              ${realm.waitIncrementSeconds}::int *
                ((case when f.last_failure_at < ${forgotten} then 1 else f.failures + 1 end) / greatest(${realm.failureFactor}::int, 1)),
              ${realm.maxFailureWaitSeconds}::int)) end
        returning failures, locked_until`.execute(database)
      return read(result.rows[0])
    },
    async clear(user) {
      await database.deleteFrom("identity.login_failure").where("user_id", "=", user.id).execute()
    },
  }
}
