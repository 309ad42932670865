import { Buffer } from "node:buffer"

/**
 * The bytes that a value takes as JSON, nearly, without going down into it by calls: nesting cannot exhaust the stack. Stops counting
 * once it is over the limit.
 */
export function jsonBytes(value: unknown, limit: number): number {
  const pending: unknown[] = [value]
  let bytes = 0
  while (pending.length > 0 && bytes <= limit) {
    const next = pending.pop()
    if (typeof next === "string") bytes += 2 + Buffer.byteLength(next)
    else if (Array.isArray(next)) {
      bytes += 1 + next.length
      for (const item of next) pending.push(item)
    } else if (typeof next === "object" && next !== null) {
      bytes += 1
      for (const [name, member] of Object.entries(next)) {
        if (member === undefined) continue
        bytes += 4 + Buffer.byteLength(name)
        pending.push(member)
      }
    } else bytes += 4
  }
  return bytes
}
