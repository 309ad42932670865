/** Claims that the engine alone writes: a mapper that names one of them is passed over. */
const reservedClaims = new Set([
  "acr",
  "act",
  "at_hash",
  "aud",
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
  "s_hash",
  "scope",
  "session_state",
  "sid",
  "sub",
  "typ",
])

/** Names that reach an object's prototype. */
const unsafeMembers = new Set(["__proto__", "constructor", "prototype"])

/** Claims under construction: what mappers write, and the audience they collect. */
export interface ClaimSet {
  readonly claims: Record<string, unknown>
  readonly audience: Set<string>
}

/** Nothing yet. */
export function createClaimSet(): ClaimSet {
  return { claims: {}, audience: new Set() }
}

/**
 * Writes a mapper's claim. As in Keycloak a full stop in the name makes a nested object (`realm_access.roles`) and `\.` is
 * a full stop. Reserved names, and a path through a value that is no object, write nothing.
 */
export function writeClaim({ claims }: ClaimSet, name: string | undefined, value: unknown): void {
  if (!name || value === undefined) return
  const path = name.split(/(?<!\\)\./).map((part) => part.replaceAll("\\.", "."))
  const [first = "", ...rest] = path
  if (reservedClaims.has(first) || path.some((part) => part === "" || unsafeMembers.has(part))) return
  writeAt(claims, first, rest, value)
}

function writeAt(
  target: Record<string, unknown>,
  member: string,
  rest: readonly string[],
  value: unknown,
): void {
  const [next, ...further] = rest
  if (next === undefined) {
    const before = target[member]
    target[member] =
      Array.isArray(before) && Array.isArray(value) ? [...new Set([...before, ...value])] : value
    return
  }
  target[member] ??= {}
  const inner = target[member]
  if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return
  writeAt(inner as Record<string, unknown>, next, further, value)
}

/** `aud` as Keycloak writes it: a string when single, an array when several, left out when none. */
export function audienceClaim({ audience }: ClaimSet): string | string[] | undefined {
  const [only, ...others] = audience
  return others.length === 0 ? only : [...audience]
}
