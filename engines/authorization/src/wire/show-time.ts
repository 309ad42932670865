let lastMicroseconds = -1
let lastText = ""

/** A time as the wire shows it: RFC 3339 in UTC with microseconds. Neighbours often have the same one, which is kept. */
export function showTime(microseconds: number): string {
  if (microseconds !== lastMicroseconds) {
    const text = new Date(Math.floor(microseconds / 1_000)).toISOString()
    lastText = `${text.slice(0, -1)}${String(microseconds % 1_000).padStart(3, "0")}Z`
    lastMicroseconds = microseconds
  }
  return lastText
}
