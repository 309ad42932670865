import { type Clock, isGatehouseError, nowSeconds } from "@gatehouse/kernel"
import { parseCompactToken } from "@gatehouse/tokens"
import { compactVerify } from "jose"
import type { UserSessions } from "../sessions/user-sessions.ts"
import type { Client, IdentityStore, Realm, User } from "../store/types.ts"
import { type AccessTokenClaims, grantTagOf } from "./access-token-claims.ts"
import type { Keyrings } from "./realm-keyring.ts"
import { tokenAlgorithm } from "./sign-token.ts"

/** A living access token with whom it was made for. */
export interface LiveAccessToken {
  readonly claims: AccessTokenClaims
  readonly client: Client
  readonly user: User
}

/** Verifies access tokens of this engine against its own state, for its own endpoints and the Admin API. */
export interface AccessTokenVerifier {
  /** The token while it lives: signed by the realm, unexpired, unrevoked, its session, grant, user and client alive. */
  verify(realm: Realm, token: string): Promise<LiveAccessToken | undefined>
  /** Remembers a token as revoked until it would have expired. */
  revoke(realm: Realm, claims: AccessTokenClaims): Promise<void>
}

/** The kind under which the ids of revoked access tokens are stored. */
const revokedTokenModel = "RevokedAccessToken"

/** What a header of ours holds; anything more (`jku`, `jwk`, `zip`, `crit`, …) means that it is not ours. */
const headerMembers = new Set(["alg", "typ", "kid"])

interface Dependencies {
  readonly store: IdentityStore
  readonly sessions: UserSessions
  readonly keyrings: Keyrings
  readonly issuerOf: (realm: Realm) => string
  readonly clock: Clock
}

/**
 * The claims of any token signed by the realm with our header, in the one form that no second parser reads differently (RFC
 * 8725 section 3.7); undefined for everything else. Times are not looked at.
 */
export async function readSignedClaims(
  keyrings: Keyrings,
  realm: Realm,
  token: string,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const claims = claimsIn(token)
  if (!claims) return undefined
  const keyring = await keyrings.of(realm.id)
  try {
    await compactVerify(
      token,
      (header) => {
        const key = keyring.verifying.get(header.kid ?? "")
        if (!key || Object.keys(header).some((member) => !headerMembers.has(member)))
          throw new Error("not ours")
        return key
      },
      { algorithms: [tokenAlgorithm] },
    )
    return claims
  } catch {
    return undefined
  }
}

/** A header type of its own (`logout+jwt`) names another kind, whatever the claims say. ID tokens have none. */
function claimsIn(token: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const { headerType, claims } = parseCompactToken(token)
    return headerType === undefined || headerType === "jwt" ? claims : undefined
  } catch (error) {
    if (isGatehouseError(error)) return undefined
    throw error
  }
}

/** A verifier on the engine's state. */
export function createAccessTokenVerifier(dependencies: Dependencies): AccessTokenVerifier {
  const { store, keyrings, issuerOf, clock } = dependencies
  return {
    async verify(realm, token) {
      const signed = await readSignedClaims(keyrings, realm, token)
      if (!signed || !isAccessToken(signed, issuerOf(realm), nowSeconds(clock))) return undefined
      if (!realm.enabled || signed.iat < realm.notBefore) return undefined
      const [revoked, client, user] = await Promise.all([
        store.expiring.find(realm.id, revokedTokenModel, signed.jti),
        store.findClient(realm.id, signed.azp),
        store.findUser(realm.id, signed.sub),
      ])
      if (revoked || !client?.enabled || signed.iat < client.notBefore) return undefined
      if (!user?.enabled || signed.iat < user.notBefore) return undefined
      if (!(await standsBehind(dependencies, realm, signed, client, user))) return undefined
      const { secret: _, ...withoutSecret } = client
      return { claims: signed, client: withoutSecret, user }
    },
    revoke: (realm, claims) =>
      store.expiring.upsert({
        realmId: realm.id,
        model: revokedTokenModel,
        id: claims.jti,
        payload: {},
        expiresAt: new Date(claims.exp * 1000),
      }),
  }
}

function isAccessToken(
  claims: Readonly<Record<string, unknown>>,
  issuer: string,
  now: number,
): claims is AccessTokenClaims {
  const { iss, typ, sub, azp, jti, iat, exp, nbf = iat, scope, cnf } = claims
  return (
    iss === issuer &&
    typ === "Bearer" &&
    [sub, azp, jti, scope].every((claim) => typeof claim === "string") &&
    [iat, exp, nbf].every(Number.isSafeInteger) &&
    Math.max(iat as number, nbf as number) <= now &&
    now < (exp as number) &&
    cnf === undefined
  )
}

/** A user's token needs its session and its grant; a service account's token its client's service account. */
async function standsBehind(
  { store, sessions }: Dependencies,
  realm: Realm,
  claims: AccessTokenClaims,
  client: Client,
  user: User,
): Promise<boolean> {
  if (claims.sid === undefined)
    return client.serviceAccountsEnabled && user.serviceAccountClient === client.id
  const tag = grantTagOf(claims.jti)
  if (tag === undefined) return false
  const [session, grant] = await Promise.all([
    sessions.find(realm, claims.sid),
    store.expiring.findByUid(realm.id, "Grant", tag),
  ])
  return (
    session?.accountId === user.id &&
    grant?.payload.accountId === user.id &&
    grant.payload.clientId === client.clientId
  )
}
