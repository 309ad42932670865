import type { FastifyReply } from "fastify"
import type { Realm } from "../store/types.ts"
import type { OidcDependencies } from "../wire/oidc-dependencies.ts"

/** `GET /realms/<realm>`: what Keycloak tells anyone about a realm. */
export async function answerRealmInfo(
  { keyrings, issuerOf }: OidcDependencies,
  realm: Realm,
  reply: FastifyReply,
): Promise<unknown> {
  const { active } = await keyrings.of(realm.id)
  const issuer = issuerOf(realm)
  return reply.send({
    realm: realm.realm,
    public_key: active.publicKey.export({ type: "spki", format: "der" }).toString("base64"),
    "token-service": `${issuer}/protocol/openid-connect`,
    "account-service": `${issuer}/account`,
    "tokens-not-before": realm.notBefore,
  })
}

/** `GET …/certs`: the public keys (RFC 7517), those included that only verify what was signed before a rotation. */
export async function answerCerts(
  { keyrings }: OidcDependencies,
  realm: Realm,
  reply: FastifyReply,
): Promise<unknown> {
  return reply.send((await keyrings.of(realm.id)).jwks)
}
