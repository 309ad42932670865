import type { Client } from "../store/types.ts"
import { registeredUris } from "./redirect-uri.ts"

/**
 * The origins whose pages may call this realm for a client: those registered, and for `+` those of its redirect URIs.
 * `*` gives none: an origin is named or it is refused.
 */
export function webOriginsOf(client: Client): ReadonlySet<string> {
  const origins = new Set<string>()
  for (const registered of client.webOrigins) {
    if (registered === "+") {
      for (const uri of registeredUris(client, client.redirectUris)) addOrigin(origins, uri)
    } else if (registered !== "*") addOrigin(origins, registered)
  }
  return origins
}

function addOrigin(origins: Set<string>, uri: string): void {
  const parsed = URL.parse(uri.replace(/\*$/, ""))
  if (parsed?.protocol === "http:" || parsed?.protocol === "https:") origins.add(parsed.origin)
}
