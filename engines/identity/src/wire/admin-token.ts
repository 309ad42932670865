import type { AdminTokenFacts } from "../admin/admin-api-deps.ts"
import type { OidcDependencies } from "./oidc-dependencies.ts"

/**
 * Verifies the bearer of a call to the Admin API. The token's own `iss` only says in which realm to look; the token then has to
 * be that realm's in every respect. Undefined for anything else.
 */
export function createAdminTokenVerifier({
  store,
  accessTokens,
  publicUrl,
}: Pick<OidcDependencies, "store" | "accessTokens" | "publicUrl">): (
  authorization: string | undefined,
) => Promise<AdminTokenFacts | undefined> {
  const prefix = `${publicUrl.origin}/realms/`
  return async (authorization) => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization ?? "")?.[1]
    const issuer = token && unverifiedIssuer(token)
    if (!token || !issuer?.startsWith(prefix)) return undefined
    const realm = await store.findRealm(issuer.slice(prefix.length))
    const live = realm && (await accessTokens.verify(realm, token))
    return live && { realm: realm.realm, subject: live.user.id, clientId: live.client.clientId }
  }
}

function unverifiedIssuer(token: string): string | undefined {
  try {
    const { iss } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"))
    return typeof iss === "string" ? iss : undefined
  } catch {
    return undefined
  }
}
