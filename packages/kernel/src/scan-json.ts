/** What stands against reading a text as a document, found before any of it is turned into objects. */
export type JsonViolation = "too_deep" | "too_complex" | "duplicate_key"

/** Bounds of a scan. */
export interface JsonBounds {
  readonly depth: number
  readonly values: number
  /** Of one object. */
  readonly members: number
}

/** For texts that are short already. */
const unbounded: JsonBounds = {
  depth: Number.POSITIVE_INFINITY,
  values: Number.POSITIVE_INFINITY,
  members: Number.POSITIVE_INFINITY,
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const openBrace = 0x7b
const closeBrace = 0x7d
const openBracket = 0x5b
const closeBracket = 0x5d

/**
 * Looks through JSON text once, without building anything of it, for what `JSON.parse` lets pass: nesting beyond the bound,
 * more values than the bound, or members of one object, and a key that its object has twice (compared as read, so `"a"` equals `"\u0061"`; RFC 8259
 * section 4 leaves the meaning of such an object open).
 * It does not judge the grammar: `JSON.parse` does, and where both find fault a broken text is what the caller reports. Uses
 * no recursion; memory is one set of keys for each open level.
 */
export function scanJson(text: string, bounds: JsonBounds = unbounded): JsonViolation | undefined {
  const keysByLevel: (Set<string> | undefined)[] = [undefined]
  const sets: Set<string>[] = []
  let depth = 0
  let values = 1
  let atKey = false
  let duplicate = false
  for (let index = 0; index < text.length; index += 1) {
    switch (text.charCodeAt(index)) {
      case quote: {
        const end = endOfString(text, index)
        const keys = keysByLevel[depth]
        if (atKey && keys !== undefined) {
          const key = readKey(text, index, end)
          duplicate ||= keys.has(key)
          keys.add(key)
          if (keys.size > bounds.members) return "too_complex"
        }
        index = end
        break
      }
      case openBrace:
      case openBracket: {
        depth += 1
        values += 1
        if (depth > bounds.depth) return "too_deep"
        atKey = text.charCodeAt(index) === openBrace
        keysByLevel[depth] = atKey ? emptySet(sets, depth) : undefined
        break
      }
      case closeBrace:
      case closeBracket:
        if (depth > 0) depth -= 1
        atKey = false
        break
      case comma:
        values += 1
        atKey = keysByLevel[depth] !== undefined
        break
      case colon:
        atKey = false
        break
    }
    if (values > bounds.values) return "too_complex"
  }
  return duplicate ? "duplicate_key" : undefined
}

/** One set a level is enough: only one object of a level is open at a time. */
function emptySet(sets: Set<string>[], level: number): Set<string> {
  const set = sets[level] ?? new Set<string>()
  sets[level] = set
  set.clear()
  return set
}

/** The index of the closing quote, or of the text's end where there is none. */
function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code === quote) return index
    if (code === backslash) index += 1
  }
  return text.length
}

function readKey(text: string, start: number, end: number): string {
  const raw = text.slice(start + 1, end)
  if (!raw.includes("\\")) return raw
  try {
    return JSON.parse(`"${raw}"`) as string
  } catch {
    return raw
  }
}
