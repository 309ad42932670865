import type { Client } from "../store/types.ts"

/** Schemes whose URIs run or read something in the browser instead of going to an application. */
const forbiddenSchemes = new Set([
  "javascript:",
  "data:",
  "vbscript:",
  "blob:",
  "file:",
  "about:",
  "view-source:",
])

/** A scheme of a native application (RFC 8252 section 7.1): a reverse domain name. */
const nativeScheme = /^[a-z][a-z0-9+-]*\.[a-z0-9+.-]+:$/

/** A longer URI is nobody's: bounds what a request may make us compare and store. In characters. */
const maximumUriCharacters = 2048

/** Registered without a port, these let the port vary (RFC 8252 section 7.3; `localhost` as Keycloak does). */
const loopbackNames = new Set(["localhost", "127.0.0.1", "[::1]"])

/** True for a host that can only be this machine: loopback addresses and names under `localhost` (RFC 6761 section 6.3). */
function isLoopbackHost(host: string): boolean {
  return loopbackNames.has(host) || host.endsWith(".localhost")
}

/**
 * Whether check and browser read this URI alike. Refuses user info, fragments, dot segments, `..;`, encoded separators and
 * dots, overlong forms of them, backslashes, spaces, control and non-ASCII characters, and whatever the URL parser rewrites.
 */
export function isUnambiguousUri(uri: string): boolean {
  if (uri.length > maximumUriCharacters || !/^[\x21-\x7e]+$/.test(uri)) return false
  if (/[\\#"<>^`{|}]/.test(uri)) return false
  const parsed = URL.parse(uri)
  if (!parsed || forbiddenSchemes.has(parsed.protocol)) return false
  const [beforeQuery = ""] = uri.split("?", 1)
  if (/%(?:2[35ef]|3[bf]|5c|0[0-9a-f]|1[0-9a-f]|7f)/i.test(beforeQuery) || !isUtf8(beforeQuery)) return false
  if (parsed.protocol !== "http:" && parsed.protocol !== "https:") return nativeScheme.test(parsed.protocol)
  if (parsed.username !== "" || parsed.password !== "" || authorityOf(uri).includes("@")) return false
  const segments = beforeQuery
    .slice(uri.indexOf("//") + 2)
    .split("/")
    .slice(1)
  if (segments.some((segment) => /^\.{1,2}(?:;|$)/.test(segment))) return false
  return parsed.href === uri || parsed.href === withRootPath(uri)
}

/**
 * The registered URIs of a client, absolute: those that begin with `/` are below its root URL. A pattern that could match
 * another host (`*`, `https://app*`) is left out: Keycloak takes those, we match nothing by them.
 */
export function registeredUris(client: Pick<Client, "rootUrl">, uris: readonly string[]): readonly string[] {
  return uris.flatMap((uri) => {
    const absolute = uri.startsWith("/")
      ? client.rootUrl && `${client.rootUrl.replace(/\/$/, "")}${uri}`
      : uri
    return absolute && (!absolute.endsWith("*") || hasWholeAuthority(absolute)) ? [absolute] : []
  })
}

/**
 * Whether the URI is one of the registered: the same characters; or below a registered `…/*`, its query aside; or, where
 * a loopback address is registered without a port, the same with any port. `https` demands it of every host but loopback.
 */
export function matchesRegisteredUri(
  registered: readonly string[],
  uri: string,
  { requireHttps }: { readonly requireHttps: boolean },
): boolean {
  if (!isUnambiguousUri(uri)) return false
  const parsed = new URL(uri)
  if (requireHttps && parsed.protocol === "http:" && !isLoopbackHost(parsed.hostname)) return false
  const withoutPort = withoutLoopbackPort(uri, parsed)
  return registered.some(
    (pattern) =>
      matches(pattern, uri) ||
      (withoutPort !== undefined && !hasPort(pattern) && matches(pattern, withoutPort)),
  )
}

function matches(pattern: string, uri: string): boolean {
  if (!pattern.endsWith("*")) return sameOrRoot(pattern, uri)
  const prefix = pattern.slice(0, -1)
  const [path = ""] = uri.split("?", 1)
  if (new URL(prefix).origin !== new URL(uri).origin) return false
  return path.startsWith(prefix) || (prefix.endsWith("/") && sameOrRoot(prefix.slice(0, -1), path))
}

/** An empty path and `/` are the same (RFC 3986 section 6.2.3); nothing else is normalized. */
function sameOrRoot(registered: string, uri: string): boolean {
  return registered === uri || withRootPath(registered) === withRootPath(uri)
}

function withRootPath(uri: string): string {
  return /^https?:\/\/[^/?]+$/.test(uri) ? `${uri}/` : uri
}

function isUtf8(escaped: string): boolean {
  try {
    return decodeURIComponent(escaped) !== ""
  } catch {
    return false
  }
}

function authorityOf(uri: string): string {
  return /^[a-z]+:\/\/([^/?]*)/i.exec(uri)?.[1] ?? ""
}

function hasPort(uri: string): boolean {
  return /:\d+$/.test(authorityOf(uri))
}

function hasWholeAuthority(pattern: string): boolean {
  return /^https?:\/\/[^/?*]+\/[^?*]*\*$/.test(pattern) && isUnambiguousUri(pattern.slice(0, -1))
}

function withoutLoopbackPort(uri: string, { protocol, hostname, port }: URL): string | undefined {
  if (protocol !== "http:" || !loopbackNames.has(hostname) || port === "") return undefined
  return uri.replace(/^(http:\/\/(?:\[[^\]]*\]|[^/:?]*)):\d+/, "$1")
}
