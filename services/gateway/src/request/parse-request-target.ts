import { GatehouseError } from "@gatehouse/kernel"

/** Longest path: the deepest operation with the longest id that OpenFGA takes, several times over. */
const maximumPathLength = 2_048
/** Longest query: a page cursor and a package URL fit many times. */
const maximumQueryLength = 8_192

/** The target of a request. What is matched and authorized here is byte for byte what is forwarded. */
export interface RequestTarget {
  readonly path: string
  /** Without its `?`; undefined where the request has none. */
  readonly query: string | undefined
  /** The path's segments as written. */
  readonly segments: readonly string[]
}

/** `pchar` and `/` of RFC 3986 section 3.3, without `;`: matrix parameters are read by some and not by others. */
const pathForm = /^\/(?:[A-Za-z0-9\-._~!$&'()*+,=:@/]|%[0-9A-Fa-f]{2})*$/
/** What may follow the `?`: visible ASCII without the fragment's mark. */
const queryForm = /^[!-"$-~]*$/
/** Letters that never need an encoding (RFC 3986 section 2.3); encoded they are a second spelling. */
const unreserved = /^[A-Za-z0-9\-._~]$/
/** Separators of one parser or another, and what begins query and fragment: never as `%XX` in a path. */
const separators = new Set(["/", "\\", ";", "?", "#"])
/** More layers of encoding than this have no honest use. */
const maximumLayers = 8

/**
 * Takes a request target apart (RFC 9112 section 3.2.1, origin form alone). Throws `gateway.ambiguous_path` for a path that
 * any parser could read as another: dot segments in any encoding, empty segments, encoded separators or letters, matrix
 * parameters, backslashes, control characters, invalid UTF-8. Nothing is rewritten, so nothing can be rewritten differently.
 */
export function parseRequestTarget(target: string): RequestTarget {
  const mark = target.indexOf("?")
  const path = mark < 0 ? target : target.slice(0, mark)
  const query = mark < 0 ? undefined : target.slice(mark + 1)
  if (path.length > maximumPathLength || !pathForm.test(path) || path.includes("//")) throw ambiguous()
  if (query !== undefined && (query.length > maximumQueryLength || !queryForm.test(query))) throw ambiguous()
  for (const [, hex = ""] of path.matchAll(/%(..)/g)) {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    if (unreserved.test(character) || separators.has(character) || isControl(character)) throw ambiguous()
  }
  if (!isUtf8(path)) throw ambiguous()
  assertNoHiddenSegments(path)
  return { path, query, segments: path.slice(1).split("/") }
}

/** Decodes layer by layer, since a later parser may decode once more than this one. */
function assertNoHiddenSegments(path: string): void {
  let text = path
  for (let layer = 0; layer < maximumLayers; layer += 1) {
    if ([...text].some(isControl)) throw ambiguous()
    const segments = text.split(/[/\\]/).map((segment) => segment.split(";")[0])
    if (segments.some((segment) => segment === "." || segment === "..")) throw ambiguous()
    const decoded = decodeLoosely(text)
    if (decoded === text) return
    text = decoded
  }
  throw ambiguous()
}

/** As the loosest of parsers would: byte by byte, overlong dots and slashes included. */
function decodeLoosely(text: string): string {
  return text
    .replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    .replaceAll("\u00c0\u00ae", ".")
    .replaceAll("\u00c0\u00af", "/")
}

function isUtf8(path: string): boolean {
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}

function isControl(character: string): boolean {
  const code = character.charCodeAt(0)
  return code < 0x20 || code === 0x7f
}

function ambiguous(): GatehouseError {
  return new GatehouseError("gateway.ambiguous_path")
}
