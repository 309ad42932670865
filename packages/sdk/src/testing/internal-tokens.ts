import type { Principal } from "@gatehouse/contracts"
import {
  createInternalTokenIssuer,
  createInternalTokenVerifier,
  generateInternalSigningKey,
} from "@gatehouse/tokens"
import { acceptInternalTokens, type RequestVerifier } from "../request-verifier.ts"

/** A gateway's half of the internal token, and a service's, for tests. */
export interface TestGateway {
  readonly verifier: RequestVerifier
  /** The headers with which the gateway would forward this very request. */
  headers(principal: Principal, method: string, pathAndQuery: string): Promise<{ authorization: string }>
}

/** Makes a signing key and a verifier of one service. */
export function createTestGateway(audience: string): TestGateway {
  const issuer = "urn:gatehouse:test-gateway"
  const tokens = createInternalTokenIssuer({ key: generateInternalSigningKey(), issuer })
  return {
    verifier: acceptInternalTokens(
      createInternalTokenVerifier({ audience, issuer, jwks: tokens.publicJwks }),
    ),
    headers: async (principal, method, pathAndQuery) => {
      const [path = "", ...query] = pathAndQuery.split("?")
      const token = await tokens.mint({
        audience,
        principal,
        method,
        path,
        query: query.length === 0 ? undefined : query.join("?"),
      })
      return { authorization: `Bearer ${token}` }
    },
  }
}
