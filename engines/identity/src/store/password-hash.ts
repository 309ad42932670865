import { type Argon2Parameters, argon2, randomBytes, timingSafeEqual } from "node:crypto"
import { promisify } from "node:util"

const deriveKey = promisify(argon2) as (
  algorithm: "argon2id",
  parameters: Argon2Parameters,
) => Promise<Buffer>

/** OWASP Password Storage Cheat Sheet, Argon2id: 19 MiB, two passes, one lane; 30 ms where this was measured. */
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const
const saltBytes = 16
const tagBytes = 32
/** Longer input is no password: a bound on what one attempt may cost. In UTF-16 units; never cut, refused. */
export const maximumPasswordCharacters = 1024

interface PasswordHash {
  readonly memory: number
  readonly passes: number
  readonly parallelism: number
  readonly salt: Buffer
  readonly tag: Buffer
}

const phcForm = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/

/** What a missing password is compared with, so that it costs as much as a present one. */
const nobody: PasswordHash = { ...cost, salt: Buffer.alloc(saltBytes), tag: Buffer.alloc(tagBytes, 1) }

/** Argon2id of the password, every byte of its UTF-8, in the PHC string format (`$argon2id$v=19$m=…`). */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes)
  const tag = await derive(password, { ...cost, salt })
  const base64 = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "")
  const { memory, passes, parallelism } = cost
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${base64(salt)}$${base64(tag)}`
}

/**
 * Whether the password has this hash. Without a hash it does the same work and says no (INVARIANT 8). A password that is
 * too long is never right.
 */
export async function verifyPasswordHash(hash: string | undefined, password: string): Promise<boolean> {
  const stored = hash === undefined ? nobody : parse(hash)
  const fits = password.length <= maximumPasswordCharacters
  const tag = await derive(fits ? password : "", stored)
  return timingSafeEqual(tag, stored.tag) && fits && stored !== nobody
}

async function derive(password: string, from: Omit<PasswordHash, "tag">): Promise<Buffer> {
  return deriveKey("argon2id", {
    message: Buffer.from(password, "utf8"),
    nonce: from.salt,
    memory: from.memory,
    passes: from.passes,
    parallelism: from.parallelism,
    tagLength: tagBytes,
  })
}

/** A hash that is not of our form matches nothing. */
function parse(hash: string): PasswordHash {
  const [, memory, passes, parallelism, salt, tag] = phcForm.exec(hash) ?? []
  if (!memory || !passes || !parallelism || !salt || !tag) return nobody
  const parsed = {
    memory: Number(memory),
    passes: Number(passes),
    parallelism: Number(parallelism),
    salt: Buffer.from(salt, "base64"),
    tag: Buffer.from(tag, "base64"),
  }
  return parsed.tag.length === tagBytes ? parsed : nobody
}
