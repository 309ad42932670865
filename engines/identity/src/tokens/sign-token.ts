import { CompactSign } from "jose"
import type { Keyring } from "./realm-keyring.ts"

/** The algorithm of every key this engine makes, and the only one it verifies. */
export const tokenAlgorithm = "RS256"

/** Signs claims with the realm's active key. `type` is the header's `typ`. */
export async function signToken(
  { active }: Keyring,
  claims: Readonly<Record<string, unknown>>,
  type: "JWT" | "logout+jwt",
): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(claims)))
    .setProtectedHeader({ alg: tokenAlgorithm, typ: type, kid: active.kid })
    .sign(active.privateKey)
}
