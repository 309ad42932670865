import { randomBytes } from "node:crypto"

/** Crockford's base 32, as ULIDs are written. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/**
 * A source of ULIDs: 48 bits of time in milliseconds, then 80 of randomness. Those of one source ascend, also within a
 * millisecond and when the clock goes back, so that a newer store sorts after an older one.
 */
export function createUlidSource(): (nowMilliseconds: number) => string {
  let lastMilliseconds = -1
  let lastRandom = 0n
  return (nowMilliseconds) => {
    if (nowMilliseconds > lastMilliseconds) {
      lastMilliseconds = nowMilliseconds
      // The top bit stays free, so that counting up never overflows within a millisecond.
      lastRandom = BigInt(`0x${randomBytes(10).toString("hex")}`) >> 1n
    } else {
      lastRandom += 1n
    }
    return encode((BigInt(lastMilliseconds) << 80n) | lastRandom)
  }
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
