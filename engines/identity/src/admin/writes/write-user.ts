import { isUuid } from "@gatehouse/contracts"
import type { AdminStore } from "../../store/create-identity-store.ts"
import { maximumPasswordCharacters } from "../../store/password-hash.ts"
import type { Realm, User } from "../../store/types.ts"
import type { UserInput } from "../../store/users.ts"
import { conflict, invalid, invalidFields, refusedByError } from "../refusals.ts"
import type { UserRepresentation } from "../representations/user.ts"
import { readsAsClient, violationsOfProfile, withoutMemberNames } from "../rules/names.ts"

/** Actions that may be asked of a user before the next session; others are passed over, as Keycloak does. */
const knownActions: ReadonlySet<string> = new Set([
  "CONFIGURE_TOTP",
  "UPDATE_EMAIL",
  "UPDATE_PASSWORD",
  "UPDATE_PROFILE",
  "VERIFY_EMAIL",
])

/**
 * Creates a user. By `POST` (`managed`) unmanaged attributes are dropped and the password may be temporary; an import keeps
 * attributes and takes every password as permanent. Roles and groups are the caller's to give.
 */
export async function createUser(
  store: AdminStore,
  realm: Realm,
  representation: UserRepresentation,
  { managed }: { readonly managed: boolean },
): Promise<User> {
  const { username } = representation
  if (!username) throw invalid("User name is missing")
  const password = representation.credentials?.[0]
  const temporary = managed && password?.temporary === true
  const input: UserInput = {
    username,
    email: representation.email,
    emailVerified: representation.emailVerified ?? false,
    firstName: representation.firstName,
    lastName: representation.lastName,
    enabled: representation.enabled ?? false,
    attributes: managed ? {} : withoutMemberNames(representation.attributes ?? {}),
    requiredActions: knownOf(representation.requiredActions ?? []),
    ...(!managed && isUuid(representation.id ?? "") ? { id: representation.id ?? "" } : {}),
  }
  requireProfile(input)
  if (await readsAsClient(store, realm, username)) throw conflict("User exists with same username")
  const written = await store.users.create(realm, input)
  if (!written.ok) throw userConflict(written.reason)
  if (password) await writePassword(store, written.value, password.value, temporary)
  return written.value
}

/**
 * Changes a user as Keycloak does: what is missing stays, but where `attributes` is given, e-mail and names that are
 * missing are wiped. True where what is open must end: a new password or e-mail address, or a disabled account (ASVS 7.4.3).
 */
export async function updateUser(
  store: AdminStore,
  realm: Realm,
  user: User,
  representation: UserRepresentation,
): Promise<boolean> {
  const isService = user.serviceAccountClient !== undefined
  requireSameName(user, representation)
  const wiping = representation.attributes !== undefined && !isService
  const kept = (name: "email" | "firstName" | "lastName") =>
    representation[name] ?? (wiping ? undefined : user[name])
  const input: UserInput = {
    username: user.username,
    email: kept("email") || undefined,
    emailVerified: representation.emailVerified ?? user.emailVerified,
    firstName: kept("firstName"),
    lastName: kept("lastName"),
    enabled: representation.enabled ?? user.enabled,
    attributes: wiping ? {} : user.attributes,
    requiredActions: representation.requiredActions
      ? knownOf(representation.requiredActions)
      : user.requiredActions,
  }
  if (!isService) requireProfile(input)
  const written = await store.users.update(realm, user, input)
  if (!written.ok) throw userConflict(written.reason)
  const password = representation.credentials?.[0]
  if (password) await writePassword(store, user, password.value, password.temporary)
  if ((representation.notBefore ?? 0) > user.notBefore) {
    await store.users.setNotBefore(realm, user.id, representation.notBefore ?? 0)
  }
  if (!user.enabled && written.value.enabled) await store.clearLoginFailures(user)
  return password !== undefined || !written.value.enabled || written.value.email !== user.email
}

/** Sets a password; a temporary one has to be changed at the next sign-in. */
export async function writePassword(
  store: AdminStore,
  user: User,
  password: string,
  temporary: boolean,
): Promise<void> {
  requirePassword(user, password)
  await store.users.writePassword(user, password, temporary)
}

function requirePassword(user: User, password: string): void {
  if (user.serviceAccountClient !== undefined) throw invalid("A service account has no password")
  if (password === "") throw refusedByError("Empty password not allowed")
  if (password.length > maximumPasswordCharacters || !password.isWellFormed()) {
    throw invalid("The password is too long or not well-formed Unicode")
  }
}

function requireProfile(input: UserInput): void {
  const violations = violationsOfProfile(input)
  if (violations.length > 0) throw invalidFields(violations)
}

/** User names are read-only, as in Keycloak where the realm does not allow to edit them. */
function requireSameName(user: User, { id, username }: UserRepresentation): void {
  if (id !== undefined && id !== user.id) throw invalid("Invalid user id")
  if (username !== undefined && username.trim().toLowerCase() !== user.username) {
    throw invalidFields([
      { field: "username", errorMessage: "error-user-attribute-read-only", params: ["username"] },
    ])
  }
}

function userConflict(reason: "username_exists" | "email_exists") {
  return conflict(`User exists with same ${reason === "email_exists" ? "email" : "username"}`)
}

function knownOf(actions: readonly string[]): string[] {
  return [...new Set(actions)].filter((action) => knownActions.has(action))
}
