import type { Principal } from "@gatehouse/contracts"
import type { JSONWebKeySet } from "jose"

/** The media type in the header of an internal token: explicit typing (RFC 8725 section 3.11) keeps it from the edge. */
export const internalTokenType = "gatehouse-internal+jwt"

/** How long an internal token lives: one forwarded request, a slow upload included. */
export const internalTokenLifetimeSeconds = 60

/** For whom and for what one internal token is made. */
export interface InternalTokenRequest {
  /** The upstream's name: `governance`, `sbom`. */
  readonly audience: string
  readonly principal: Principal
  readonly method: string
  /** The path byte for byte as it is forwarded. */
  readonly path: string
  /** The query without its `?`, byte for byte; undefined where the request has none. */
  readonly query?: string | undefined
}

/** Signs internal tokens; the gateway alone has one. */
export interface InternalTokenIssuer {
  mint(request: InternalTokenRequest): Promise<string>
  /** What services verify with; no private member in it. */
  readonly publicJwks: JSONWebKeySet
}

/** Verifies internal tokens for one service. */
export interface InternalTokenVerifier {
  /**
   * The principal that the gateway vouches for. Throws `tokens.*` for anything but a fresh internal token for this
   * audience, method, path and query.
   */
  verify(
    token: string,
    request: { readonly method: string; readonly pathAndQuery: string },
  ): Promise<Principal>
}
