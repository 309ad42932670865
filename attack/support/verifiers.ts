import { parseOrganizationId, permissionModel } from "@gatehouse/contracts"
import type { OrganizationDatabases } from "@gatehouse/postgres"
import type { AuthorizationModel } from "@gatehouse/rebac"
import { acceptPublicTokens, createGatehouse } from "@gatehouse/sdk"
import { createInProcessAuthorizer } from "@gatehouse/sdk/testing"
import { createLogger } from "@gatehouse/telemetry"
import { createAccessTokenVerifier, type RevocationFeed } from "@gatehouse/tokens"
import { ask } from "../../tests/support/http.ts"
import { postForm } from "../../tests/support/login.ts"
import { acme, addressOf, globex, plane } from "./plane.ts"

/** A place that takes access tokens of a realm. */
export interface Verifier {
  readonly name: string
  /** Whether a token gets past the question who asks. */
  accepts(token: string): Promise<boolean>
}

/** Every verifier of acme's access tokens there is: at the edge, in a service's SDK, and the identity server's own endpoints. */
export function accessTokenVerifiers(
  options: { readonly revocations?: RevocationFeed } = {},
): readonly Verifier[] {
  const sdk = publicSdk(options)
  const { issuer, serviceClient } = acme
  return [
    { name: "gateway", accepts: async (token) => (await ask(`${acme.url}/v1/me`, { token })).status === 200 },
    {
      name: "gateway on a host without an organization",
      accepts: async (token) => (await ask(`${addressOf("gateway")}/v1/me`, { token })).status === 200,
    },
    {
      name: "SDK",
      accepts: (token) =>
        sdk
          .authenticate({
            method: "GET",
            url: "/v1/me",
            rawHeaders: ["Host", "x", "Authorization", `Bearer ${token}`],
          })
          .then(
            () => true,
            () => false,
          ),
    },
    {
      name: "userinfo",
      accepts: async (token) =>
        (await ask(`${issuer}/protocol/openid-connect/userinfo`, { token })).status === 200,
    },
    {
      name: "introspection",
      accepts: async (token) => {
        const { json } = await postForm(`${issuer}/protocol/openid-connect/token/introspect`, {
          token,
          client_id: serviceClient.clientId,
          client_secret: serviceClient.clientSecret,
        })
        return (json as { active?: boolean }).active === true
      },
    },
    {
      // Whoever is known but has no rights is 403.
      name: "Admin API",
      accepts: async (token) =>
        (await ask(`${addressOf("identity")}/admin/realms/acme/users`, { token })).status !== 401,
    },
  ]
}

/** The names of the verifiers that accept a token: what a test expects is all of them, or none. */
export async function acceptedBy(token: string, verifiers = accessTokenVerifiers()): Promise<string[]> {
  const accepted = await Promise.all(
    verifiers.map(async (verifier) => (await verifier.accepts(token)) && verifier.name),
  )
  return accepted.filter((name) => name !== false)
}

/** Their names, for the twin. */
export const everyVerifier: readonly string[] = accessTokenVerifiers().map(({ name }) => name)

/** A service that stands at the edge itself, on the realms of the running plane. */
function publicSdk(options: { readonly revocations?: RevocationFeed }) {
  const issuers = {
    byIssuer: async (issuer: string) => {
      const organization = issuer === acme.issuer ? "acme" : issuer === globex.issuer ? "globex" : undefined
      if (organization === undefined) return undefined
      const jwksUri = `${plane.urls.identity}/realms/${organization}/protocol/openid-connect/certs`
      return { issuer, organization: parseOrganizationId(organization), jwksUri, algorithm: "RS256" as const }
    },
  }
  const never = () => Promise.reject(new Error("no request of these tests reaches a database"))
  const databases: OrganizationDatabases<never> = {
    withGrant: never,
    recordUse: never,
    resourceProject: never,
    close: async () => undefined,
  }
  return createGatehouse({
    service: "sbom",
    verifier: acceptPublicTokens({
      tokens: createAccessTokenVerifier({ audience: "gatehouse-api", issuers, ...options }),
    }),
    authorizer: createInProcessAuthorizer(permissionModel as AuthorizationModel),
    databases,
    logger: createLogger({ name: "attack", destination: { write: () => undefined } }),
  })
}
