import { createHash } from "node:crypto"

/** The digest by which an internal token is bound to one path and query (claim `htd`). */
export function digestTarget(pathAndQuery: string): string {
  return createHash("sha256").update(pathAndQuery, "utf8").digest("base64url")
}
