/** Parameters of a form or query, each at most once. */
export type FormParameters = ReadonlyMap<string, string>

/** Parameters that may come several times (RFC 8707, RFC 8693). */
const repeatable = new Set(["resource", "audience"])

/** More than any request of ours has; bounds what parsing may cost. */
const maximumParameters = 100

/**
 * Reads `application/x-www-form-urlencoded` text. Undefined where a parameter comes twice (RFC 6749 section 3.1), there are
 * too many, or the bytes are not UTF-8. Empty values count as absent. Of a repeatable parameter the first is kept.
 */
export function readForm(body: Uint8Array | string): FormParameters | undefined {
  const text = typeof body === "string" ? body : decode(body)
  if (text === undefined) return undefined
  const form = new Map<string, string>()
  const seen = new Set<string>()
  for (const [name, value] of new URLSearchParams(text)) {
    if (seen.has(name) && !repeatable.has(name)) return undefined
    if (!seen.has(name) && value !== "") form.set(name, value)
    seen.add(name)
    if (seen.size > maximumParameters) return undefined
  }
  return form
}

/** The form of a request whose body is one, which the engine's parser leaves as bytes. Undefined for every other body. */
export function readFormBody(body: unknown): FormParameters | undefined {
  return Buffer.isBuffer(body) ? readForm(body) : undefined
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
