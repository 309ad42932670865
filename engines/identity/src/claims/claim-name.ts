/**
 * Claims that the engine alone writes: no mapper may name one (Keycloak CVE-2026-16102). Mappers whose whole purpose is one of
 * these, such as the one of `acr`, carry no name and write it themselves.
 */
export const reservedClaims: ReadonlySet<string> = new Set([
  "acr",
  "act",
  "allowed-origins",
  "at_hash",
  "aud",
  "authorization",
  "azp",
  "c_hash",
  "cnf",
  "events",
  "exp",
  "iat",
  "iss",
  "jti",
  "may_act",
  "nbf",
  "nonce",
  "phone_number_verified",
  "s_hash",
  "scope",
  "session_state",
  "sid",
  "sub",
  "typ",
])

/** Names that reach an object's prototype. */
const unsafeMembers: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"])

/**
 * Where a mapper's claim stands, outermost member first: as in Keycloak a full stop in the name makes a nested object
 * (`realm_access.roles`) and `\.` is a full stop.
 */
export function claimPath(name: string): readonly string[] {
  return name.split(/(?<!\\)\./).map((part) => part.replaceAll("\\.", "."))
}

/** False for a path with an empty member, and for one that reaches an object's prototype. */
export function isUsableClaimPath(path: readonly string[]): boolean {
  return !path.some((part) => part === "" || unsafeMembers.has(part))
}
