import { claimPath, isUsableClaimPath, reservedClaims } from "./claim-name.ts"

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
 * Writes the claim that a mapper's configuration names, at its `claimPath`. Reserved names, and a path through a value that is
 * no object, write nothing.
 */
export function writeClaim({ claims }: ClaimSet, name: string | undefined, value: unknown): void {
  if (!name || value === undefined) return
  const path = claimPath(name)
  const [first = "", ...rest] = path
  if (reservedClaims.has(first) || !isUsableClaimPath(path)) return
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
