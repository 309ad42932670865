import { type Clock, nowSeconds } from "@gatehouse/kernel"
import type { UserSessions } from "../sessions/user-sessions.ts"
import type { IdentityStore, Realm } from "../store/types.ts"
import { idleSeconds } from "../tokens/lifespans.ts"
import { currentRealmRequest } from "./realm-request.ts"
import { toTokenRefusal } from "./token-refusal.ts"

/** The provider's answer at the token endpoint, before it is sent. */
interface TokenAnswer {
  status: number
  body: unknown
}

interface Dependencies {
  readonly store: Pick<IdentityStore, "expiring">
  readonly sessions: UserSessions
  readonly clock: Clock
}

/** Puts a token answer, or its refusal, into Keycloak's form, and moves the idle timeout of a refreshed session. */
export async function finishTokenAnswer(
  answer: TokenAnswer,
  { store, sessions, clock }: Dependencies,
): Promise<void> {
  const { realm, client, grantType, code, session, accessToken, refusal } = currentRealmRequest()
  if (answer.status !== 200 && code !== undefined) await spendCode(store, realm, code)
  const body = answer.body as Record<string, unknown> | undefined
  if (!body || answer.status >= 500) return
  if (answer.status !== 200 || !session || !accessToken) {
    const refused = toTokenRefusal(grantType, refusal ?? { error: "invalid_request", detail: "" })
    answer.status = refused.status
    answer.body = { error: refused.error, error_description: refused.description }
    return
  }
  await sessions.touch(realm, session)
  const idle = idleSeconds(realm, session.startedAt, nowSeconds(clock))
  answer.body = {
    ...body,
    refresh_expires_in: body.refresh_token ? idle : 0,
    "not-before-policy": Math.max(realm.notBefore, client?.notBefore ?? 0),
    session_state: session.sid,
    scope: accessToken.scope,
  }
}

/**
 * A code is good for one attempt, also for one that failed (as Keycloak has it). An attempt after the first ends what that
 * gave, whatever else is wrong with it (RFC 6749 section 4.1.2): two have the code, and one of them stole it.
 */
async function spendCode({ expiring }: Pick<IdentityStore, "expiring">, realm: Realm, code: string) {
  if (await expiring.consume(realm.id, "AuthorizationCode", code)) return
  const used = await expiring.find(realm.id, "AuthorizationCode", code)
  const grantId = used?.payload.grantId
  if (typeof grantId === "string") await expiring.destroyByGrant(realm.id, grantId)
}
