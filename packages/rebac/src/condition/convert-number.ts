import { ConditionProblem } from "./condition-problem.ts"

const largestInt = 9223372036854775807n
const smallestInt = -9223372036854775808n

/** A decimal as OpenFGA reads it from a string: digits, one point, an exponent. As numerator and denominator. */
interface Rational {
  readonly numerator: bigint
  readonly denominator: bigint
}

/** The largest exponent that is computed with: beyond it a number is neither an int64 nor a double. */
const exponentLimit = 400

function parseDecimal(text: string): Rational | undefined {
  const match = /^([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,9}))?$/.exec(text)
  if (match === null || text.length > 1_000) return undefined
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = match
  if (whole === "" && fraction === "") return undefined
  const digits = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n)
  const power = Number(exponent) - fraction.length
  if (digits === 0n || power < -exponentLimit - text.length) return { numerator: 0n, denominator: 1n }
  if (power >= 0)
    return { numerator: digits * 10n ** BigInt(Math.min(power, exponentLimit)), denominator: 1n }
  return { numerator: digits, denominator: 10n ** BigInt(-power) }
}

/**
 * An int parameter: a number or a string holding one, whole, brought into the range of an int64 as OpenFGA does.
 * `lowest` is 0 for uint, where anything below is refused.
 */
export function toInteger(value: unknown, kind: "int" | "uint"): bigint {
  let integer: bigint
  if (typeof value === "number") {
    if (!Number.isInteger(value))
      throw new ConditionProblem(`expected an ${kind} value, but found a fraction`)
    integer = BigInt(value)
  } else if (typeof value === "string") {
    const decimal = parseDecimal(value)
    if (decimal === undefined || decimal.numerator % decimal.denominator !== 0n)
      throw new ConditionProblem(`expected an ${kind} value, but found an invalid string value`)
    integer = decimal.numerator / decimal.denominator
  } else throw new ConditionProblem(`expected type value '${kind}64', but found '${kindOf(value)}'`)
  if (kind === "uint" && integer < 0n)
    throw new ConditionProblem("expected a uint value, but found a negative one")
  return integer > largestInt ? largestInt : integer < smallestInt ? smallestInt : integer
}

/**
 * A double parameter: a number, or a string holding one that a double holds exactly. OpenFGA reads the string with 64 bits
 * of mantissa and refuses it where 53 would lose something: "0.5" passes, "0.1" does not.
 */
export function toDouble(value: unknown): number {
  if (typeof value === "number") return value
  if (typeof value !== "string")
    throw new ConditionProblem(`expected type value 'float64', but found '${kindOf(value)}'`)
  if (/^[+-]?inf(?:inity)?$/i.test(value))
    return value.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  const decimal = parseDecimal(value)
  const double = decimal === undefined ? Number.NaN : Number(value)
  if (decimal === undefined || !Number.isFinite(double) || !isExact(decimal, double))
    throw new ConditionProblem("number cannot be represented as a float64")
  return double
}

/** True where the double is the decimal rounded to 64 bits of mantissa: the bits beyond 53 are then all zero. */
function isExact({ numerator, denominator }: Rational, double: number): boolean {
  if (numerator === 0n) return double === 0
  const positive = numerator < 0n ? -numerator : numerator
  let shift = 64 - (positive.toString(2).length - denominator.toString(2).length)
  let scaled = roundedQuotient(positive, denominator, shift)
  while (scaled >= 1n << 64n) scaled = roundedQuotient(positive, denominator, --shift)
  while (scaled < 1n << 63n) scaled = roundedQuotient(positive, denominator, ++shift)
  return (scaled & 2047n) === 0n
}

function roundedQuotient(numerator: bigint, denominator: bigint, shift: number): bigint {
  const above = shift >= 0 ? numerator << BigInt(shift) : numerator
  const below = shift >= 0 ? denominator : denominator << BigInt(-shift)
  const quotient = above / below
  const twice = (above % below) * 2n
  return twice > below || (twice === below && (quotient & 1n) === 1n) ? quotient + 1n : quotient
}

/** The name of a JSON value's kind, for messages: never the value itself. */
export function kindOf(value: unknown): string {
  return value === null || value === undefined
    ? "nil"
    : Array.isArray(value)
      ? "list"
      : typeof value === "object"
        ? "map"
        : typeof value
}
