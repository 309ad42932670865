import { refuse } from "./error-codes.ts"
import { maximumJsonDepth } from "./limits.ts"

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const surrogateEscape = /\\u[dD][89a-fA-F]/

/**
 * A body as JSON. An empty one is an empty message. Refused: bytes that are no UTF-8 and lone surrogates (two such ids would
 * become one), anything after the document, nesting over the limit, numbers beyond a double's, and two members with one name, of which
 * every reader might take another.
 */
export function parseBody(body: Uint8Array | undefined): unknown {
  if (body === undefined || body.length === 0) return {}
  let text: string
  let value: unknown
  try {
    text = utf8.decode(body)
    value = JSON.parse(text)
  } catch {
    throw refuse("validation_error", "malformed JSON")
  }
  const members = countMembers(text)
  if (members !== membersOf(value)) throw refuse("validation_error", "duplicate field")
  if (surrogateEscape.test(text)) assertWellFormed(value)
  return value
}

/** How many members the text of a JSON document writes down: one for each colon outside of strings. */
function countMembers(text: string): number {
  let members = 0
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index)
    if (character === 0x22) index = endOfString(text, index)
    else if (character === 0x3a) members++
    else if (character === 0x7b || character === 0x5b) {
      if (++depth > maximumJsonDepth) throw refuse("validation_error", "exceeded maximum recursion depth")
    } else if (character === 0x7d || character === 0x5d) depth--
  }
  return members
}

/** The index of the quote that closes the string opened at `start`: one after an even number of backslashes. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++
    if (backslashes % 2 === 0) return end
  }
}

/** How many members the objects in a value have. Refuses a number beyond a double's, which is no number any more when it is kept. */
function membersOf(value: unknown): number {
  if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY)
    throw refuse("validation_error", "number out of range")
  if (typeof value !== "object" || value === null) return 0
  let members = 0
  if (Array.isArray(value)) for (const element of value) members += membersOf(element)
  else
    for (const name in value) {
      // Parsed from JSON, so that there is nothing inherited but what Object.prototype does not list.
      members += 1 + membersOf((value as Record<string, unknown>)[name])
    }
  return members
}

function assertWellFormed(value: unknown): void {
  if (typeof value === "string") {
    if (!value.isWellFormed()) throw refuse("validation_error", "invalid UTF-8")
  } else if (typeof value === "object" && value !== null) {
    for (const [key, member] of Object.entries(value)) {
      if (!key.isWellFormed()) throw refuse("validation_error", "invalid UTF-8")
      assertWellFormed(member)
    }
  }
}

const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/**
 * One message of the wire in protobuf's JSON mapping: unknown members are ignored, `null` is absent, and a member of another
 * kind is refused. Members are looked up as own properties, so no name reaches a prototype.
 */
export class WireMessage {
  readonly #members: object

  constructor(value: unknown, name = "message") {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw refuse("validation_error", `unexpected value for ${name}, a JSON object is needed`)
    this.#members = value
  }

  /** The member itself; undefined where it is absent or null. */
  raw(name: string): unknown {
    if (!Object.hasOwn(this.#members, name)) return undefined
    return (this.#members as Record<string, unknown>)[name] ?? undefined
  }

  has(name: string): boolean {
    return this.raw(name) !== undefined
  }

  /** A text member; absent is empty, as protobuf has it. */
  string(name: string): string {
    const value = this.raw(name) ?? ""
    if (typeof value !== "string") throw refuse("validation_error", `invalid value for string field ${name}`)
    return value
  }

  /** A whole number, which may be written as text and in any form that JSON has; undefined where it is absent. */
  integer(name: string): number | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    const number = typeof value === "string" && numberForm.test(value) ? Number(value) : value
    if (typeof number !== "number" || !Number.isInteger(number) || Math.abs(number) > 0x7fff_ffff)
      throw refuse("validation_error", `invalid value for int32 field ${name}`)
    return number
  }

  boolean(name: string): boolean {
    const value = this.raw(name) ?? false
    if (typeof value !== "boolean") throw refuse("validation_error", `invalid value for bool field ${name}`)
    return value
  }

  /**
   * A value of an enum, by name or by number. An unknown name is absent, as the wire ignores it; an unknown number is refused.
   */
  enumeration<Value extends string>(
    name: string,
    numbers: Readonly<Record<Value, number>>,
    field: string,
  ): Value | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    const names = Object.keys(numbers) as Value[]
    if (typeof value === "string") return names.find((known) => known === value)
    const known = names.find((candidate) => numbers[candidate] === value)
    if (known === undefined)
      throw refuse("validation_error", `invalid ${field}: value must be one of the defined enum values`)
    return known
  }

  message(name: string): WireMessage | undefined {
    const value = this.raw(name)
    return value === undefined ? undefined : new WireMessage(value, name)
  }

  /** The elements of a list, or undefined where it is absent. */
  list(name: string): readonly unknown[] | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    if (!Array.isArray(value)) throw refuse("validation_error", `unexpected value for list field ${name}`)
    return value
  }

  messages(name: string): WireMessage[] {
    return (this.list(name) ?? []).map((element) => new WireMessage(element, name))
  }

  /** The entries of a map, in the order of the document. */
  entries(name: string): [string, WireMessage][] {
    const value = this.raw(name)
    if (value === undefined) return []
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw refuse("validation_error", `unexpected value for map field ${name}`)
    return Object.entries(value).map(([key, member]) => [key, new WireMessage(member, name)])
  }

  /** A JSON object of any content, as it is; undefined where it is absent. */
  struct(name: string): Record<string, unknown> | undefined {
    const value = this.raw(name)
    if (value === undefined) return undefined
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw refuse("validation_error", `unexpected value for struct field ${name}`)
    return value as Record<string, unknown>
  }
}
