import { randomUUID } from "node:crypto"
import { backChannelLogoutEvent } from "@gatehouse/tokens"
import type { Keyring } from "../tokens/realm-keyring.ts"
import { signToken } from "../tokens/sign-token.ts"

/** How long a logout token is good for, as Keycloak's: long enough for retries, short enough not to be kept. In seconds. */
const lifetimeSeconds = 120

/** A logout token for one client, which names the session and the user. It has no nonce and is no ID token. */
export function createLogoutToken(
  keyring: Keyring,
  facts: { issuer: string; clientId: string; subject: string; sid: string; nowSeconds: number },
): Promise<string> {
  const claims = {
    iss: facts.issuer,
    sub: facts.subject,
    aud: facts.clientId,
    iat: facts.nowSeconds,
    exp: facts.nowSeconds + lifetimeSeconds,
    jti: randomUUID(),
    typ: "Logout",
    sid: facts.sid,
    events: { [backChannelLogoutEvent]: {} },
  }
  return signToken(keyring, claims, "logout+jwt")
}
