/**
 * IP addresses as conditions know them, as OpenFGA's `ipaddress` has them (Go's net/netip, unmapped). An address is its 4 or 16 bytes, an
 * IPv6 zone behind them, so that equal addresses are equal bytes. An IPv4 address in its mapped IPv6 form is that IPv4 address: else a
 * range that is not to get in could be got round by another spelling.
 */

const zoneOffset = 16
/** Bits before the IPv4 address in its mapped form, `::ffff:0:0/96`. */
const MAPPED_BITS = 96

/** The bytes of an address, or undefined where the text is none: no leading zeros, no shortened IPv4, no brackets. */
export function parseIpAddress(text: string): Uint8Array | undefined {
  const bytes = parseWritten(text)
  return bytes !== undefined && isMapped(bytes) ? bytes.slice(MAPPED_BITS / 8, zoneOffset) : bytes
}

function isMapped(bytes: Uint8Array): boolean {
  return (
    bytes.length >= zoneOffset &&
    bytes[10] === 255 &&
    bytes[11] === 255 &&
    bytes.subarray(0, 10).every((byte) => byte === 0)
  )
}

/** The bytes as the address is written, a mapped one as IPv6. */
function parseWritten(text: string): Uint8Array | undefined {
  const percent = text.indexOf("%")
  const address = percent < 0 ? text : text.slice(0, percent)
  if (!address.includes(":")) return percent < 0 ? parseIpv4(address) : undefined
  const bytes = parseIpv6(address)
  if (bytes === undefined || percent < 0) return bytes
  const zone = new TextEncoder().encode(text.slice(percent + 1))
  if (zone.length === 0) return undefined
  const withZone = new Uint8Array(zoneOffset + zone.length)
  withZone.set(bytes)
  withZone.set(zone, zoneOffset)
  return withZone
}

function parseIpv4(text: string): Uint8Array | undefined {
  const fields = text.split(".")
  if (fields.length !== 4) return undefined
  const bytes = new Uint8Array(4)
  for (const [index, field] of fields.entries()) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(field) || Number(field) > 255) return undefined
    bytes[index] = Number(field)
  }
  return bytes
}

function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split("::")
  if (halves.length > 2) return undefined
  const head = groupsOf(halves[0] ?? "", halves.length === 1)
  const tail = halves.length === 1 ? [] : groupsOf(halves[1] ?? "", true)
  if (head === undefined || tail === undefined) return undefined
  const missing = 16 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 2) return undefined
  const bytes = new Uint8Array(16)
  bytes.set(head)
  bytes.set(tail, 16 - tail.length)
  return bytes
}

/** The bytes of colon-separated groups; the last may be an IPv4 address where the text ends there. */
function groupsOf(text: string, endsAddress: boolean): number[] | undefined {
  if (text === "") return []
  const bytes: number[] = []
  const groups = text.split(":")
  for (const [index, group] of groups.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 255)
      continue
    }
    const ipv4 = endsAddress && index === groups.length - 1 ? parseIpv4(group) : undefined
    if (ipv4 === undefined) return undefined
    bytes.push(...ipv4)
  }
  return bytes.length <= 16 ? bytes : undefined
}

/** A network in CIDR notation (RFC 4632): 4 or 16 bytes, and how many leading bits count. */
export interface IpPrefix {
  readonly address: Uint8Array
  readonly bits: number
}

/**
 * A range like `10.0.0.0/8`, or undefined where the text is none. Zones are not allowed. One within the mapped addresses is a range of
 * IPv4; a wider one holds no IPv4 address, as in OpenFGA.
 */
export function parseIpPrefix(text: string): IpPrefix | undefined {
  const slash = text.lastIndexOf("/")
  const length = text.slice(slash + 1)
  if (slash < 0 || !/^(0|[1-9][0-9]{0,2})$/.test(length)) return undefined
  const address = parseWritten(text.slice(0, slash))
  const bits = Number(length)
  if (address === undefined || address.length > 16 || bits > address.length * 8) return undefined
  return isMapped(address) && bits >= MAPPED_BITS
    ? { address: address.slice(MAPPED_BITS / 8), bits: bits - MAPPED_BITS }
    : { address, bits }
}

/** True where the address lies in the range. Families never match each other, and an address with a zone lies in none. */
export function isInPrefix(address: Uint8Array, prefix: IpPrefix): boolean {
  if (address.length !== prefix.address.length) return false
  const whole = prefix.bits >> 3
  for (let index = 0; index < whole; index++) if (address[index] !== prefix.address[index]) return false
  const rest = prefix.bits & 7
  if (rest === 0) return true
  const shift = 8 - rest
  return (address[whole] ?? 0) >> shift === (prefix.address[whole] ?? 0) >> shift
}
