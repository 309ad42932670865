import { randomBytes } from "node:crypto"

/** Crockford's base 32, as ULIDs are written. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

let lastMilliseconds = 0
let lastRandom = 0n

/**
 * A new ULID: 48 bits of time, then 80 of randomness. Those of one process ascend, also within a millisecond and when the
 * clock goes back, so that a newer store or model sorts after an older one.
 */
export function createUlid(nowMilliseconds: number): string {
  if (nowMilliseconds > lastMilliseconds) {
    lastMilliseconds = nowMilliseconds
    // The top bit stays free, so that counting up never overflows within a millisecond.
    lastRandom = BigInt(`0x${randomBytes(10).toString("hex")}`) >> 1n
  } else {
    lastRandom += 1n
  }
  return encode((BigInt(lastMilliseconds) << 80n) | lastRandom)
}

function encode(value: bigint): string {
  let text = ""
  let rest = value
  for (let index = 0; index < 26; index++) {
    text = `${alphabet[Number(rest & 31n)]}${text}`
    rest >>= 5n
  }
  return text
}
