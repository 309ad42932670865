import { isUuid } from "@gatehouse/contracts"
import type { AdminStore } from "../../store/create-identity-store.ts"
import { normalizeUsername } from "../../store/names.ts"
import type { Realm } from "../../store/types.ts"
import type { FieldViolation } from "../refusals.ts"

/** User names that Keycloak gives to service accounts. */
export const serviceAccountPrefix = "service-account-"

/** What a path, an issuer and a host name take without escaping. */
const realmForm = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/
/** Printable ASCII without quotes and what separates parts of a header, query or id; no `@`, which makes it an address. */
const clientIdForm = /^[A-Za-z0-9][A-Za-z0-9._~:/+-]{0,254}$/
/** Keycloak's profile rule `username-prohibited-characters`, for what is left after canonicalization. */
const prohibitedInUsername = /[<>&"'\s$%!#?§;*~/\\|^=[\]{}()\p{Cc}\p{Cf}]/u
const prohibitedInPersonName = /[<>&"$%!#?§;*~/\\|^=[\]{}()\p{Cc}]/u
/** One `@`, something on either side, a dot or a plain host: enough to be one address and no two. */
const emailForm = /^[^\s@<>"(),:;\\[\]\p{Cc}]+@[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/u

/** True for the name of a realm. */
export function isRealmName(name: string): boolean {
  return realmForm.test(name) && !name.includes("..")
}

/**
 * What is wrong with a client id; undefined where nothing is. RFC 9700 section 4.15: it must not read as a user's id, name
 * or address, so UUIDs, user names of the realm and anything with `@` are refused.
 */
export async function violationOfClientId(
  store: AdminStore,
  realm: Realm,
  clientId: string,
): Promise<string | undefined> {
  if (!clientIdForm.test(clientId)) return "A client id is made of letters, digits and . _ ~ : / + -"
  const canonical = normalizeUsername(clientId)
  if (isUuid(canonical)) return "A client id must not read as a user's id"
  if (canonical.startsWith(serviceAccountPrefix))
    return "A client id must not read as a service account's user name"
  if (await store.users.findByUsername(realm.id, canonical)) return "A client id must not be a user's name"
  return undefined
}

/** A user's names as one writes them. */
export interface ProfileNames {
  readonly username: string
  readonly email: string | undefined
  readonly firstName: string | undefined
  readonly lastName: string | undefined
}

/** Keycloak's default user profile, in its words. */
export function violationsOfProfile(names: ProfileNames): FieldViolation[] {
  const username = normalizeUsername(names.username)
  const violations: FieldViolation[] = []
  if (username.length < 3 || username.length > 255) {
    violations.push({ field: "username", errorMessage: "error-invalid-length", params: ["username", 3, 255] })
  } else if (prohibitedInUsername.test(username) || isUuid(username)) {
    violations.push({
      field: "username",
      errorMessage: "error-username-invalid-character",
      params: ["username"],
    })
  }
  if (names.email && (names.email.length > 255 || !emailForm.test(normalizeUsername(names.email)))) {
    violations.push({ field: "email", errorMessage: "error-invalid-email", params: ["email"] })
  }
  for (const field of ["firstName", "lastName"] as const) {
    const name = names[field] ?? ""
    if (name.length > 255 || prohibitedInPersonName.test(name)) {
      violations.push({ field, errorMessage: "error-person-name-invalid-character", params: [field] })
    }
  }
  return violations
}

/** Whether the user name is, in this realm, already what names a client or a service account. */
export async function readsAsClient(store: AdminStore, realm: Realm, username: string): Promise<boolean> {
  const canonical = normalizeUsername(username)
  if (canonical.startsWith(serviceAccountPrefix)) return true
  return store.clients.isTaken(realm.id, canonical)
}

/** Attributes that a claim's mapper would take for a member of the user itself. */
const memberNames: ReadonlySet<string> = new Set([
  "id",
  "username",
  "email",
  "emailVerified",
  "firstName",
  "lastName",
  "enabled",
  "createdTimestamp",
])

/** Attributes without those that would stand in for a user's own members: a flag of verification is no attribute. */
export function withoutMemberNames(
  attributes: Readonly<Record<string, readonly string[]>>,
): Record<string, readonly string[]> {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !memberNames.has(name)))
}
