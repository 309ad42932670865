import { GatehouseError } from "@gatehouse/kernel"
import type { JsonObject } from "../form/parse-strict-json.ts"
import {
  audiences,
  groupPaths,
  invalidClaim,
  optionalText,
  ownMember,
  requireText,
  textList,
} from "./claim-readers.ts"
import type { IssuerEntry } from "./issuer-registry.ts"
import type { VerifiedAccessToken } from "./verified-access-token.ts"

/** The claim `typ` with which Keycloak marks access tokens; ID, Refresh, Offline and Logout are its other kinds. */
const accessTokenKind = "Bearer"

/**
 * Throws unless the claims are those of an access token for the audience (RFC 8725 sections 3.8 to 3.12). A token that is
 * bound to a key is refused: without its proof it would be a bearer token again (RFC 9700 section 2.2.1).
 */
export function assertAccessToken(claims: JsonObject, audience: string): void {
  if (ownMember(claims, "typ") !== accessTokenKind) throw new GatehouseError("tokens.wrong_kind")
  if (!audiences(claims).includes(audience)) throw new GatehouseError("tokens.wrong_audience")
  if (Object.hasOwn(claims, "cnf")) throw new GatehouseError("tokens.proof_required")
}

/**
 * The facts of a token whose signature, kind, audience and times were verified.
 * INVARIANT 2: the organization is the issuer's; a claim that says another refuses the token.
 */
export function readAccessTokenClaims(
  claims: JsonObject,
  entry: IssuerEntry,
  times: { readonly issuedAtSeconds: number; readonly expiresAtSeconds: number },
): VerifiedAccessToken {
  for (const claim of ["org_id", "tenant_id"]) {
    const organization = optionalText(claims, claim)
    if (organization !== undefined && organization !== entry.organization) throw invalidClaim(claim)
  }
  const clientId = optionalText(claims, "client_id")
  const sessionId = optionalText(claims, "sid")
  const isService = clientId !== undefined && sessionId === undefined
  return Object.freeze({
    issuer: entry.issuer,
    organization: entry.organization,
    type: isService ? "service" : "user",
    subject: requireText(claims, "sub"),
    clientId: isService ? clientId : undefined,
    authorizedParty: optionalText(claims, "azp"),
    tokenId: requireText(claims, "jti"),
    sessionId,
    issuedAtSeconds: times.issuedAtSeconds,
    expiresAtSeconds: times.expiresAtSeconds,
    groups: groupPaths(claims),
    realmRoles: realmRoles(claims),
    scopes: scopes(claims),
    username: optionalText(claims, "preferred_username"),
    email: optionalText(claims, "email"),
    name: optionalText(claims, "name"),
  } as const)
}

function realmRoles(claims: JsonObject): readonly string[] {
  const access = ownMember(claims, "realm_access")
  if (access === undefined) return []
  if (typeof access !== "object" || access === null || Array.isArray(access))
    throw invalidClaim("realm_access")
  return textList(access as JsonObject, "roles")
}

/** A space-separated list (RFC 8693 section 4.2). */
function scopes(claims: JsonObject): readonly string[] {
  const scope = ownMember(claims, "scope")
  if (scope === undefined) return []
  if (typeof scope !== "string") throw invalidClaim("scope")
  return Object.freeze(scope.split(" ").filter((item) => item !== ""))
}
