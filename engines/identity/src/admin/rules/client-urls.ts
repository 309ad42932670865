import { isUnambiguousUri } from "../../clients/redirect-uri.ts"
import type { ClientInput } from "../../store/clients.ts"

/** What a URL of a client may begin with, compared without case. */
const allowedSchemes: ReadonlySet<string> = new Set(["http:", "https:"])

/** Attributes that hold URLs, whatever else Keycloak names so: `logoUri`, `backchannel.logout.url`, `request.uris`. */
const urlAttribute = /(?:^|[a-z._-])(?:uri|url)s?$/i

/** Keycloak's separator of several URIs in one attribute. */
const listSeparator = "##"

/** Words that stand for URLs: `+` the redirect URIs, `-` none. */
const standIns: ReadonlySet<string> = new Set(["+", "-"])

/**
 * What is wrong with a client's URLs, in a sentence without their values; undefined where nothing is. The same rule holds
 * on create, update and import (Keycloak CVE-2026-9086, CVE-2026-15572).
 */
export function violationOfClientUrls(client: ClientInput): string | undefined {
  for (const [name, url] of Object.entries({
    rootUrl: client.rootUrl,
    baseUrl: client.baseUrl,
    adminUrl: client.adminUrl,
  })) {
    if (url !== undefined && !isPlainUrl(url, name !== "rootUrl")) return `${name} is not an allowed URL`
  }
  if (!client.redirectUris.every(isRedirectPattern)) return "A redirect URI is not valid"
  if (!client.webOrigins.every(isWebOrigin)) return "A web origin is not valid"
  for (const [name, value] of Object.entries(client.attributes)) {
    if (!urlAttribute.test(name)) continue
    const isPattern = /redirect/i.test(name)
    const urls = value.split(listSeparator).filter((url) => !standIns.has(url))
    if (!urls.every((url) => (isPattern ? isRedirectPattern(url) : isPlainUrl(url, true)))) {
      return `The attribute ${name} is not an allowed URL`
    }
  }
  return undefined
}

/** An http or https URL that every parser reads alike; or, where `relative`, a path of the root URL. */
function isPlainUrl(url: string, relative: boolean): boolean {
  if (url.includes("*")) return false
  if (relative && isRootedPath(url)) return true
  return hasAllowedScheme(url) && isUnambiguousUri(url)
}

/** A redirect URI, whose path may end in `/*`; a wildcard anywhere else could match another host. */
function isRedirectPattern(pattern: string): boolean {
  if (!pattern.includes("*")) return isPlainUrl(pattern, true)
  const prefix = pattern.slice(0, -1)
  if (!pattern.endsWith("/*") || prefix.includes("*") || prefix.includes("?")) return false
  return isRootedPath(prefix) || (hasAllowedScheme(prefix) && isUnambiguousUri(prefix))
}

/** An origin, or `+` for those of the redirect URIs. `*` is none: any page could call. */
function isWebOrigin(origin: string): boolean {
  if (standIns.has(origin)) return true
  return hasAllowedScheme(origin) && URL.parse(origin)?.origin === origin
}

function hasAllowedScheme(url: string): boolean {
  return allowedSchemes.has(URL.parse(url)?.protocol ?? "")
}

/** A path that stays below its root, read on a host of no meaning. `//host` is no path. */
function isRootedPath(url: string): boolean {
  return url.startsWith("/") && !url.startsWith("//") && isUnambiguousUri(`https://path.invalid${url}`)
}
