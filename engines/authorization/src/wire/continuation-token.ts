import { refuse } from "./error-codes.ts"
import { maximumContinuationTokenBytes } from "./limits.ts"
import { requireBytesAtMost, requirePattern, wirePatterns } from "./violations.ts"

/** What a token goes on with. Bound into the token, so that one list's token is refused by another. */
export type TokenKind = "stores" | "models" | "tuples" | "changes"

/** Where a list goes on: `scope` is the store (empty for the list of stores), `type` the object type asked for. */
export interface TokenFacts {
  readonly kind: TokenKind
  readonly scope: string
  readonly type: string
  /** An id, or a position as decimal text. */
  readonly after: string
}

const version = "1"

/** Writes a token: no secret in it, and nothing of it but its bytes is promised. It survives restarts. */
export function encodeToken({ kind, scope, type, after }: TokenFacts): string {
  return Buffer.from(JSON.stringify([version, kind, scope, after, type]), "utf8").toString("base64url")
}

/**
 * Reads a token of this kind and scope; undefined for an empty one. Refuses illegal characters with `validation_error`, anything
 * that was not written for this list with `invalid_continuation_token`, and another object type with its own code.
 */
export function decodeToken(
  token: string,
  expected: { kind: TokenKind; scope: string; type: string },
  message: string,
): string | undefined {
  requireBytesAtMost(token, maximumContinuationTokenBytes, message, "ContinuationToken")
  requirePattern(token, wirePatterns.continuationToken, message, "ContinuationToken")
  if (token === "") return undefined
  const [tokenVersion, kind, scope, after, type] = parse(token)
  if (tokenVersion !== version || kind !== expected.kind || scope !== expected.scope || after === undefined)
    throw refuse("invalid_continuation_token", "Invalid continuation token")
  if (type !== expected.type) {
    throw refuse(
      "query_string_type_continuation_token_mismatch",
      "The type in the querystring and the continuation token don't match",
    )
  }
  return after
}

/** The position in a token, which is a whole number. */
export function decodePositionToken(
  token: string,
  expected: { kind: TokenKind; scope: string; type: string },
  message: string,
): number | undefined {
  const after = decodeToken(token, expected, message)
  if (after === undefined) return undefined
  if (!/^\d{1,15}$/.test(after)) throw refuse("invalid_continuation_token", "Invalid continuation token")
  return Number(after)
}

function parse(token: string): string[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"))
    if (Array.isArray(parts) && parts.length === 5 && parts.every((part) => typeof part === "string"))
      return parts
  } catch {
    // Falls through: junk is refused like a token of another list.
  }
  throw refuse("invalid_continuation_token", "Invalid continuation token")
}
