import { scanJson } from "@gatehouse/kernel"

/** A JSON object as it was read: its members are unknown until somebody looks at each. */
export type JsonObject = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/**
 * Reads one JSON object so that no second parser could read it differently (RFC 8725 section 3.7, RFC 7515 section 4,
 * RFC 7493): invalid UTF-8, a byte order mark, a repeated member name at any depth and lone surrogates give undefined.
 */
export function parseStrictJsonObject(bytes: Uint8Array): JsonObject | undefined {
  let text: string
  let value: unknown
  try {
    text = utf8.decode(bytes)
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined
  if (scanJson(text) === "duplicate_key" || hasLoneSurrogate(text)) return undefined
  return value as JsonObject
}

/** UTF-8 cannot hold a lone surrogate, so only an escape can make one. */
function hasLoneSurrogate(text: string): boolean {
  if (!/\\u[dD][89a-fA-F]/.test(text)) return false
  return stringLiterals(text).some((literal) => !(JSON.parse(literal) as string).isWellFormed())
}

function stringLiterals(text: string): string[] {
  return text.match(/"(?:[^"\\]|\\.)*"/g) ?? []
}
