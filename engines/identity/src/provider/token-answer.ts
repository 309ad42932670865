import { type Clock, nowSeconds } from "@gatehouse/kernel"
import type { UserSessions } from "../sessions/user-sessions.ts"
import { idleSeconds } from "../tokens/lifespans.ts"
import { currentRealmRequest } from "./realm-request.ts"
import { toTokenRefusal } from "./token-refusal.ts"

/** The provider's answer at the token endpoint, before it is sent. */
interface TokenAnswer {
  status: number
  body: unknown
}

/** Puts a token answer, or its refusal, into Keycloak's form, and moves the idle timeout of a refreshed session. */
export async function finishTokenAnswer(
  answer: TokenAnswer,
  { sessions, clock }: { readonly sessions: UserSessions; readonly clock: Clock },
): Promise<void> {
  const { realm, client, grantType, session, accessToken, refusal } = currentRealmRequest()
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
