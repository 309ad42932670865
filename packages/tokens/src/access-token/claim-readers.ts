import { GatehouseError } from "@gatehouse/kernel"
import type { JsonObject } from "../form/parse-strict-json.ts"

/** A claim that must be a non-empty string. Throws `tokens.invalid_claims` with the claim's name alone. */
export function requireText(claims: JsonObject, claim: string): string {
  const value = optionalText(claims, claim)
  if (value === undefined) throw invalidClaim(claim)
  return value
}

/** A claim that may be missing; present it is a non-empty string. */
export function optionalText(claims: JsonObject, claim: string): string | undefined {
  const value = ownMember(claims, claim)
  if (value === undefined) return undefined
  if (typeof value !== "string" || value === "") throw invalidClaim(claim)
  return value
}

/** A claim that is a list of strings; missing it is empty. */
export function textList(claims: JsonObject, claim: string): readonly string[] {
  const value = ownMember(claims, claim)
  if (value === undefined) return []
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) throw invalidClaim(claim)
  return Object.freeze([...value])
}

/**
 * The groups of a token. Throws `tokens.invalid_claims` unless each is a full path: a mapper without full paths would make
 * `/a/org-admins` and `/org-admins` the same.
 */
export function groupPaths(claims: JsonObject): readonly string[] {
  const groups = textList(claims, "groups")
  if (!groups.every((group) => /^(?:\/[^/]+)+$/.test(group))) throw invalidClaim("groups")
  return groups
}

/** `aud` is one string or a list of them (RFC 7519 section 4.1.3). */
export function audiences(claims: JsonObject): readonly string[] {
  const value = ownMember(claims, "aud")
  return typeof value === "string" ? [value] : textList(claims, "aud")
}

/** A member of the token itself, never of a prototype. */
export function ownMember(claims: JsonObject, claim: string): unknown {
  return Object.hasOwn(claims, claim) ? claims[claim] : undefined
}

/** The refusal of a claim: its name may be shown, its value never. */
export function invalidClaim(claim: string): GatehouseError {
  return new GatehouseError("tokens.invalid_claims", { details: { claim } })
}
