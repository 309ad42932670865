import type { IdentityStore, Realm, User } from "../store/types.ts"

/** What came of a user name and a password. */
export type PasswordOutcome =
  | { readonly kind: "signed_in"; readonly user: User }
  /** Unknown, wrong, or an account that waits after too many failures: nobody learns which. */
  | { readonly kind: "refused" }
  /** Told only to whoever knows the password. */
  | { readonly kind: "disabled" | "incomplete" }

/** A longer name is nobody's. In characters. */
const maximumNameCharacters = 255

/**
 * Checks a password. Known and unknown accounts cost one derivation each (INVARIANT 8). An account that waits refuses the
 * right password too, and the attempt is still paid for. A temporary password or an open action gives no session.
 */
export async function checkPassword(
  store: Pick<
    IdentityStore,
    | "findUserByUsernameOrEmail"
    | "verifyPassword"
    | "loginFailuresOf"
    | "recordLoginFailure"
    | "clearLoginFailures"
  >,
  realm: Realm,
  name: string,
  password: string,
): Promise<PasswordOutcome> {
  const isName = name !== "" && name.length <= maximumNameCharacters
  const user = isName ? await store.findUserByUsernameOrEmail(realm.id, name) : undefined
  const failures = user && realm.bruteForceProtected ? await store.loginFailuresOf(user) : undefined
  const { valid, temporary } = await store.verifyPassword(user, password)
  if (!user || failures?.lockedUntil !== undefined) return { kind: "refused" }
  if (!valid) {
    await store.recordLoginFailure(user)
    return { kind: "refused" }
  }
  if (failures && failures.failures > 0) await store.clearLoginFailures(user)
  if (!user.enabled) return { kind: "disabled" }
  if (temporary || user.requiredActions.length > 0) return { kind: "incomplete" }
  return { kind: "signed_in", user }
}
