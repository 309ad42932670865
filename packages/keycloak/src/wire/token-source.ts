import { type Clock, GatehouseError, revealSecret, Secret } from "@gatehouse/kernel"
import { errorOf, objectIn, textIn } from "./answers.ts"
import type { WireClient } from "./wire-client.ts"

/** A service account by whose rights Gatehouse calls the Admin API. */
export interface IdentityCredentials {
  /** `master` for the platform's administrator; a realm's name for its own service account. */
  readonly realm: string
  readonly clientId: string
  readonly clientSecret: Secret
}

/** Access tokens for one service account. */
export interface TokenSource {
  /** A token that lives for some seconds yet. Concurrent callers share one request. */
  current(): Promise<Secret>
  /** Forgets a token that was refused, unless another has taken its place. */
  discard(token: Secret): void
}

/** A token is not used in its last seconds, so that it does not die on the way. Master's tokens live for a minute. */
const marginMilliseconds = 10_000

interface Held {
  readonly token: Secret
  /** On the monotonic clock. */
  readonly usableUntil: number
}

/** Gets tokens by the client credentials grant (RFC 6749 section 4.4). Throws `identity.credentials_refused`. */
export function createTokenSource(
  wire: WireClient,
  { realm, clientId, clientSecret }: IdentityCredentials,
  clock: Clock,
): TokenSource {
  const operation = "token"
  let held: Held | undefined
  let pending: Promise<Secret> | undefined
  const fetchToken = async (): Promise<Secret> => {
    const asked = clock.monotonicMilliseconds()
    const answer = await wire.send({
      method: "POST",
      path: `/realms/${encodeURIComponent(realm)}/protocol/openid-connect/token`,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: revealSecret(clientSecret),
      }).toString(),
      operation,
    })
    if (answer.status === 400 || answer.status === 404) {
      throw new GatehouseError("identity.credentials_refused", {
        details: { operation, status: answer.status },
      })
    }
    if (answer.status !== 200) throw errorOf(answer, operation)
    const body = objectIn(answer.body, operation)
    const seconds = typeof body.expires_in === "number" ? body.expires_in : 0
    const token = new Secret(textIn(body, "access_token", operation))
    held = { token, usableUntil: asked + seconds * 1000 - marginMilliseconds }
    return token
  }
  return {
    async current() {
      if (held && clock.monotonicMilliseconds() < held.usableUntil) return held.token
      pending ??= fetchToken().finally(() => {
        pending = undefined
      })
      return pending
    },
    discard(token) {
      if (held?.token === token) held = undefined
    },
  }
}
