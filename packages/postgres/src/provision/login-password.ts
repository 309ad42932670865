import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto"
import { promisify } from "node:util"
import { assert, revealSecret, Secret } from "@gatehouse/kernel"

/** RFC 8725 section 3.5, RFC 2104 section 3: a key shorter than its hash can be guessed from one password. */
const minimumKeyCharacters = 32

/**
 * The password of a database login: HMAC-SHA256 of the login's name under the service's key, in base64url. The same at every
 * call, so nothing is stored and provisioning can run twice; another login's password says nothing about it. A key of fewer
 * than 32 characters is a defect.
 */
export function deriveLoginPassword(key: Secret, login: string): Secret {
  const text = revealSecret(key)
  assert(text.length >= minimumKeyCharacters, "a service's login key has at least 32 characters")
  return new Secret(createHmac("sha256", text).update(login, "utf8").digest("base64url"))
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
