import { GatehouseError } from "@gatehouse/kernel"
import type { FastifyReply, FastifyRequest } from "fastify"
import type { Realm } from "../store/types.ts"
import type { OidcDependencies } from "./oidc-dependencies.ts"

/** What an endpoint is to a browser. */
export type BrowserUse =
  /** Called by pages of registered origins, with CORS. */
  | "api"
  /** Opened as a page from anywhere; never answers with CORS. */
  | "navigation"
  /** The target of our own forms. */
  | "own-form"

/** How long a browser may remember a preflight. In seconds. */
const preflightSeconds = "3600"

/**
 * Holds a request with an `Origin` to what the endpoint is for. Answers true where the reply has been sent: a preflight.
 * Throws `request.foreign_origin` for a page that has no business here.
 */
export async function passBrowserDoor(
  { origins, publicUrl }: Pick<OidcDependencies, "origins" | "publicUrl">,
  realm: Realm,
  use: BrowserUse,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> {
  const { origin } = request.headers
  if (use === "own-form") {
    if (!isOwnForm(request, publicUrl)) throw new GatehouseError("request.foreign_origin")
    return false
  }
  if (origin === undefined || use === "navigation") return false
  if (origin === publicUrl.origin && request.method !== "OPTIONS") return false
  if (!(await origins.of(realm)).has(origin)) throw new GatehouseError("request.foreign_origin")
  reply.headers({
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "WWW-Authenticate",
    vary: "Origin",
  })
  if (request.method !== "OPTIONS") return false
  await reply
    .headers({
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization, content-type",
      "access-control-max-age": preflightSeconds,
    })
    .code(204)
    .send()
  return true
}

/**
 * A page that sends no referrer posts its forms with `Origin: null`, so the browser's own word on where a request comes from
 * counts too where it gives one. Behind this stand the cookie of the sign-in and its SameSite.
 */
function isOwnForm({ headers, method }: FastifyRequest, publicUrl: URL): boolean {
  if (method !== "POST") return true
  const site = headers["sec-fetch-site"]
  if (site !== undefined && site !== "same-origin" && site !== "none") return false
  return headers.origin === undefined || headers.origin === "null" || headers.origin === publicUrl.origin
}
