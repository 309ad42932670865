import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto"
import { assert, revealSecret, type Secret } from "@gatehouse/kernel"

/** Keeps secrets in the database: AES-256-GCM for what must be read again, keyed digests for what is only looked up. */
export interface Sealer {
  /** Encrypts text. `place` (table, realm, id) is authenticated, so that a ciphertext moved to another row does not open. */
  seal(text: string, place: string): Buffer
  /** The text again. Throws a defect where the ciphertext was changed, moved, or sealed under another key. */
  open(sealed: Uint8Array, place: string): string
  /** HMAC-SHA256 of the text for its place: finds a row by a bearer value without keeping that value. */
  digest(text: string, place: string): Buffer
}

const version = 1
const saltBytes = 16
const nonceBytes = 12
const tagBytes = 16
/** Shorter keys can be guessed (RFC 8725 section 3.5). */
const minimumKeyCharacters = 32

/**
 * A sealer under the engine's encryption key, which is any text of at least 32 characters. Every message has an AES key of
 * its own, derived with a random salt of 128 bits: a random 96-bit nonce alone would limit one key to 2^32 messages
 * (NIST SP 800-38D section 8.3), which sessions and codes reach.
 */
export function createSealer(encryptionKey: Secret): Sealer {
  const input = revealSecret(encryptionKey)
  assert(input.length >= minimumKeyCharacters, "the encryption key has at least 32 characters")
  const derive = (purpose: string) =>
    Buffer.from(hkdfSync("sha256", input, "", `gatehouse identity ${purpose} v1`, 32))
  const sealingKey = derive("seal")
  const digestKey = derive("digest")
  const messageKey = (salt: Uint8Array) => createHmac("sha256", sealingKey).update(salt).digest()
  return {
    seal(text, place) {
      const random = randomBytes(saltBytes + nonceBytes)
      const cipher = createCipheriv(
        "aes-256-gcm",
        messageKey(random.subarray(0, saltBytes)),
        random.subarray(saltBytes),
      )
      cipher.setAAD(Buffer.from(place, "utf8"))
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()])
      return Buffer.concat([Uint8Array.of(version), random, body, cipher.getAuthTag()])
    },
    open(sealed, place) {
      const header = 1 + saltBytes + nonceBytes
      assert(sealed.length >= header + tagBytes && sealed[0] === version, "a sealed value has its form")
      const bytes = Buffer.from(sealed)
      const decipher = createDecipheriv(
        "aes-256-gcm",
        messageKey(bytes.subarray(1, 1 + saltBytes)),
        bytes.subarray(1 + saltBytes, header),
        { authTagLength: tagBytes },
      )
      decipher.setAAD(Buffer.from(place, "utf8"))
      decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes))
      const text = decipher.update(bytes.subarray(header, bytes.length - tagBytes))
      return Buffer.concat([text, decipher.final()]).toString("utf8")
    },
    digest: (text, place) => createHmac("sha256", digestKey).update(`${place}\0${text}`, "utf8").digest(),
  }
}
