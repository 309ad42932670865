import { randomUUID } from "node:crypto"
import { type Clock, GatehouseError, nowSeconds, type Secret, systemClock } from "@gatehouse/kernel"
import { type JWK, SignJWT } from "jose"
import { digestTarget } from "./digest-target.ts"
import { openInternalSigningKey } from "./internal-signing-key.ts"
import {
  type InternalTokenIssuer,
  internalTokenLifetimeSeconds,
  internalTokenType,
} from "./internal-token.ts"

/** The key and the name under which internal tokens are signed. */
export interface InternalTokenIssuerOptions {
  /** A private P-256 key as JWK; `generateInternalSigningKey` makes one. */
  readonly key: Secret<JWK>
  /** An issuer of its own, which no realm has: `urn:gatehouse:gateway`. */
  readonly issuer: string
  readonly clock?: Clock
}

/** Makes the gateway's issuer of internal tokens. Throws `tokens.not_configured` for any key but a private P-256 one. */
export function createInternalTokenIssuer(options: InternalTokenIssuerOptions): InternalTokenIssuer {
  const { key, issuer, clock = systemClock } = options
  if (issuer === "") throw new GatehouseError("tokens.not_configured", { details: { option: "issuer" } })
  const { privateKey, publicJwk, keyId } = openInternalSigningKey(key)
  return {
    publicJwks: Object.freeze({ keys: [publicJwk] }),
    mint({ audience, principal, method, path, query }) {
      const issuedAt = nowSeconds(clock)
      return new SignJWT({
        org_id: principal.organization,
        home: principal.home,
        principal_type: principal.type,
        subject: principal.subject,
        groups: [...principal.groups],
        roles: [...principal.realmRoles],
        scopes: [...principal.scopes],
        ...optional("sid", principal.sessionId),
        ...optional("preferred_username", principal.username),
        ...optional("email", principal.email),
        ...optional("name", principal.name),
        htm: method,
        htd: digestTarget(query === undefined ? path : `${path}?${query}`),
      })
        .setProtectedHeader({ alg: "ES256", typ: internalTokenType, kid: keyId })
        .setIssuer(issuer)
        .setAudience(audience)
        .setSubject(principal.id)
        .setJti(randomUUID())
        .setIssuedAt(issuedAt)
        .setExpirationTime(issuedAt + internalTokenLifetimeSeconds)
        .sign(privateKey)
    },
  }
}

function optional(claim: string, value: string | undefined): Record<string, string> {
  return value === undefined ? {} : { [claim]: value }
}
