import { sql } from "kysely"
import { hashPassword, verifyPasswordHash } from "./password-hash.ts"
import type { StoreScope } from "./scope.ts"
import type { User } from "./types.ts"

/** Passwords of users. */
export interface UserPasswords {
  /** A temporary password adds the required action UPDATE_PASSWORD, a permanent one takes it away. */
  writePassword(user: User, password: string, temporary: boolean): Promise<void>
  /** The same work for an unknown user, one without password, and a service account, whose answer is always no. */
  verifyPassword(
    user: User | undefined,
    password: string,
  ): Promise<{ readonly valid: boolean; readonly temporary: boolean }>
}

/** The required action that a temporary password asks for. */
const updatePasswordAction = "UPDATE_PASSWORD"

/** Looked up for an unknown user, so that the database is asked all the same. */
const nobodyId = "00000000-0000-0000-0000-000000000000"

/** Passwords as the transaction or connection of the scope sees them; stored as hashes alone. */
export function createUserPasswords({ database }: StoreScope): UserPasswords {
  return {
    async writePassword(user, password, temporary) {
      const changed = { hash: await hashPassword(password), temporary, changed_at: new Date() }
      await database
        .insertInto("identity.password")
        .values({ realm_id: user.realmId, user_id: user.id, ...changed })
        .onConflict((conflict) => conflict.column("user_id").doUpdateSet(changed))
        .execute()
      const asked = sql.lit(temporary ? JSON.stringify([updatePasswordAction]) : "[]")
      await database
        .updateTable("identity.user_account")
        .set({
          required_actions: sql<string>`(required_actions - ${updatePasswordAction}::text) || ${asked}::jsonb`,
        })
        .where("realm_id", "=", user.realmId)
        .where("id", "=", user.id)
        .execute()
    },
    async verifyPassword(user, password) {
      const row = await database
        .selectFrom("identity.password")
        .select(["hash", "temporary"])
        .where("user_id", "=", user?.id ?? nobodyId)
        .executeTakeFirst()
      const signsIn = user?.serviceAccountClient === undefined
      const valid = await verifyPasswordHash(signsIn ? row?.hash : undefined, password)
      return { valid, temporary: valid && row?.temporary === true }
    },
  }
}
