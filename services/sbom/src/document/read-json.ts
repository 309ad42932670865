import { GatehouseError, type JsonBounds, scanJson } from "@gatehouse/kernel"
import { maximumDepth, maximumMembers, maximumValues } from "./limits.ts"

const bounds: JsonBounds = { depth: maximumDepth, values: maximumValues, members: maximumMembers }
const utf8 = new TextDecoder("utf-8", { fatal: true })

/**
 * Reads bytes as one JSON document within the limits. A leading byte order mark is let pass (RFC 8259 section 8.1).
 * Throws `request.invalid_json` for what is not JSON in UTF-8, and `sbom.too_deep`, `sbom.too_complex` or
 * `sbom.duplicate_key` for what is, but stays unread.
 */
export function readJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  const violation = scanJson(text, bounds)
  if (violation === "too_deep") {
    throw new GatehouseError("sbom.too_deep", {
      publicMessage: `The document is nested deeper than ${maximumDepth} levels.`,
      details: { limit: maximumDepth },
    })
  }
  if (violation === "too_complex") {
    throw new GatehouseError("sbom.too_complex", {
      publicMessage: `The document has more than ${maximumValues} JSON values, or an object with more than ${maximumMembers} members.`,
      details: { values: maximumValues, members: maximumMembers },
    })
  }
  const document = parse(text)
  if (violation === "duplicate_key") throw new GatehouseError("sbom.duplicate_key")
  return document
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch (cause) {
    throw new GatehouseError("request.invalid_json", { cause })
  }
}

/** The parser's own message quotes the text, so it is not kept as the cause. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new GatehouseError("request.invalid_json")
  }
}
