import { inspect } from "node:util"

const masked = "[secret]"
const values = new WeakMap<Secret<unknown>, unknown>()

/**
 * Holds a value that must never reach a log, an error, a trace or an audit record.
 * INVARIANT 5: printing, inspecting and serializing give a mask; only `revealSecret` gives the value.
 */
export class Secret<Value = string> {
  declare readonly kind: Value

  constructor(value: Value) {
    values.set(this, value)
    Object.freeze(this)
  }

  toString(): string {
    return masked
  }

  toJSON(): string {
    return masked
  }

  [inspect.custom](): string {
    return masked
  }
}

/** The value itself, for the one place that needs it: a connection, a signature, a comparison. */
export function revealSecret<Value>(secret: Secret<Value>): Value {
  return values.get(secret) as Value
}
