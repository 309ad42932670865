import { createPrivateKey } from "node:crypto"
import { parseOrganizationId, principalId } from "@gatehouse/contracts"
import { Secret } from "@gatehouse/kernel"
import { createInternalTokenIssuer } from "@gatehouse/tokens"
import { signRaw } from "@gatehouse/tokens/testing"
import type { JWK } from "jose"
import { stateSecrets } from "./plane.ts"
import { decodeToken } from "./realm-keys.ts"

const acme = parseOrganizationId("acme")

/**
 * An internal token for governance as only the gateway can make it, signed with the plane's own key, with claims and header
 * members changed. A member that is undefined is left out.
 */
export async function internalToken(
  method: string,
  path: string,
  claims: Readonly<Record<string, unknown>> = {},
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const jwk = (await stateSecrets()).internalTokenKey as JWK
  const issuer = createInternalTokenIssuer({ key: new Secret(jwk), issuer: "urn:gatehouse:gateway" })
  const subject = "attack"
  const real = await issuer.mint({
    audience: "governance",
    principal: {
      id: principalId("user", acme, subject),
      type: "user",
      subject,
      home: acme,
      organization: acme,
      groups: [],
      realmRoles: [],
      scopes: [],
      sessionId: undefined,
      username: subject,
      email: undefined,
      name: undefined,
    },
    method,
    path,
  })
  const [realHeader, realClaims] = decodeToken(real)
  return signRaw(
    JSON.stringify({ ...realHeader, ...header }),
    JSON.stringify({ ...realClaims, ...claims }),
    createPrivateKey({ key: jwk as never, format: "jwk" }),
  )
}
