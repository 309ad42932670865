/** A broken assumption inside Gatehouse: a defect, never a caller's mistake. */
class AssertionError extends Error {
  override readonly name = "AssertionError"
}

/** Throws unless the condition holds. The message says which assumption broke, without values. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message)
}

/** The value, or a defect where there is none. */
export function assertDefined<Value>(value: Value | null | undefined, message: string): Value {
  assert(value !== null && value !== undefined, message)
  return value
}

/** For the branch of a switch that the types say cannot be reached. */
export function assertNever(value: never, message = "a case that the types exclude was reached"): never {
  throw new AssertionError(`${message}: ${typeof value}`)
}
