import { createHash, timingSafeEqual } from "node:crypto"

/**
 * Compares a secret with input in time that depends on neither (INVARIANT 8). Both are hashed first, so the lengths
 * do not show either.
 */
export function equalInConstantTime(secret: string, input: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text, "utf8").digest()
  return timingSafeEqual(digest(secret), digest(input))
}
