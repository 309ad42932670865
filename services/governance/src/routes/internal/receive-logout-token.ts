import { isOrganizationId, type OrganizationId, platformOrganizationId } from "@gatehouse/contracts"
import { GatehouseError, isGatehouseError, nowSeconds } from "@gatehouse/kernel"
import { z } from "@gatehouse/sdk"
import type { FastifyInstance } from "fastify"
import { issuerOf, jwksUriOf } from "../../addresses.ts"
import { toRevocationEvent } from "../../revocation/revocation-store.ts"
import type { RouteContext } from "../route-context.ts"

const url = "/internal/backchannel-logout/:realm"
const formType = "application/x-www-form-urlencoded"
const bodySchema = z.object({ logout_token: z.string().min(1) })

/**
 * `POST /internal/backchannel-logout/{realm}`: the identity server tells that a session ended (OpenID Connect Back-Channel
 * Logout 1.0 section 2.5). Committed before it is acknowledged (INVARIANT 9); every refusal looks the same.
 */
export function addReceiveLogoutToken(context: RouteContext): void {
  takeForms(context.app.fastify)
  context.app.openRoute({
    method: "POST",
    url,
    summary: "Receive a logout token",
    openBecause:
      "The logout token is its own credential, signed by the realm; all it can do is end sessions.",
    internal: true,
    body: bodySchema,
    responses: { 204: z.null() },
    handler: async ({ params, body, reply }) => {
      await receive(context, params.realm ?? "", body.logout_token)
      reply.code(204).header("cache-control", "no-store")
    },
  })
}

async function receive(context: RouteContext, realm: string, token: string): Promise<void> {
  const { addresses, logoutTokens, revocations, clock, logger } = context
  const organization = await knownRealm(context, realm)
  if (organization === undefined) throw refused()
  const issuer = {
    issuer: issuerOf(addresses, organization),
    organization,
    jwksUri: jwksUriOf(addresses, organization),
    algorithm: addresses.algorithm,
  }
  const verified = await logoutTokens.verify(token, issuer).catch((error: unknown) => {
    // Keys that cannot be fetched are no verdict on the token: the sender tries again.
    if (!isGatehouseError(error) || error.status >= 500) throw error
    logger.info({ errorCode: error.code, details: error.details, organization }, "a logout token was refused")
    throw refused()
  })
  const event = toRevocationEvent(organization, verified, nowSeconds(clock))
  if (event === undefined || !(await revocations.record(event, verified))) throw refused()
  context.realms.forget(organization)
  logger.info({ organization, kind: event.kind }, "a revocation was recorded")
}

async function knownRealm({ registry }: RouteContext, realm: string): Promise<OrganizationId | undefined> {
  if (realm === platformOrganizationId) return platformOrganizationId
  if (!isOrganizationId(realm)) return undefined
  const row = await registry
    .selectFrom("organization")
    .select("id")
    .where("id", "=", realm)
    .executeTakeFirst()
  return row?.id
}

function refused(): GatehouseError {
  return new GatehouseError("governance.logout_token_refused")
}

/** For this one address. A member that comes twice has no one value, so it is left out. */
function takeForms(fastify: FastifyInstance): void {
  fastify.addContentTypeParser(formType, { parseAs: "string" }, (request, body, done) => {
    if (request.routeOptions.url !== url) return done(new GatehouseError("request.unsupported_media_type"))
    const values = new Map<string, string | undefined>()
    for (const [name, value] of new URLSearchParams(String(body))) {
      values.set(name, values.has(name) ? undefined : value)
    }
    done(null, Object.fromEntries(values))
  })
}
