import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto"
import { promisify } from "node:util"
import { revealSecret, Secret } from "@gatehouse/kernel"

/**
 * The password of a database login: HMAC-SHA256 of the login's name under the service's key, in base64url. The same at every
 * call, so nothing is stored and provisioning can run twice; another login's password says nothing about it.
 */
export function deriveLoginPassword(key: Secret, login: string): Secret {
  return new Secret(createHmac("sha256", revealSecret(key)).update(login, "utf8").digest("base64url"))
}

/** RFC 7677 section 4: at least 4096. The passwords are 256 random bits, so more would only slow connecting down. */
const iterations = 4_096

/**
 * What the server keeps instead of the password (RFC 5803, in PostgreSQL's form), made here so that no statement, and so no
 * server log, ever holds the password itself (INVARIANT 5).
 */
export async function scramVerifier(password: Secret): Promise<string> {
  const salt = randomBytes(16)
  const salted = await promisify(pbkdf2)(revealSecret(password), salt, iterations, 32, "sha256")
  const hmac = (text: string) => createHmac("sha256", salted).update(text).digest()
  const storedKey = createHash("sha256").update(hmac("Client Key")).digest("base64")
  const serverKey = hmac("Server Key").toString("base64")
  return `SCRAM-SHA-256$${iterations}:${salt.toString("base64")}$${storedKey}:${serverKey}`
}
