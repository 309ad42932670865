import { type CelFunc, CelScalar, celFunc, celUint } from "@bufbuild/cel"
import { ConditionProblem } from "./condition-problem.ts"

/**
 * Numbers from text and to it as OpenFGA's CEL has them (Go's strconv). The library reads as JavaScript does: there the empty text is 0,
 * spaces are cut and `0x10` is 16, and a condition would hold for a value that OpenFGA refuses.
 */

const { DOUBLE, INT, STRING, UINT } = CelScalar

/** More digits than any number of 64 bits has; longer texts are read in quadratic time. Leading zeros do not count. */
const digitsLimit = 20

function parseDigits(text: string, form: RegExp): bigint {
  const match = form.exec(text)
  const digits = match?.[2]?.replace(/^0+(?=\d)/, "")
  if (digits === undefined || digits.length > digitsLimit) throw new ConditionProblem("the text is no number")
  return match?.[1] === "-" ? -BigInt(digits) : BigInt(digits)
}

function parseInt64(text: string): bigint {
  const value = parseDigits(text, /^([+-]?)([0-9]+)$/)
  if (BigInt.asIntN(64, value) !== value) throw new ConditionProblem("the text is no number of 64 bits")
  return value
}

function parseUint64(text: string): bigint {
  const value = parseDigits(text, /^()([0-9]+)$/)
  if (BigInt.asUintN(64, value) !== value) throw new ConditionProblem("the text is no number of 64 bits")
  return value
}

function parseFloat64(text: string): number {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return Number.NaN
  const value = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(text)
    ? Number(text)
    : Number.NaN
  if (!Number.isFinite(value)) throw new ConditionProblem("the text is no number")
  return value
}

/** A double as Go writes it: with an exponent below a ten-thousandth and from a million on, of two digits at least. */
function writeFloat64(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf"
  if (Object.is(value, -0)) return "-0"
  const [digits = "", exponent = ""] = value.toExponential().split("e")
  const power = Number(exponent)
  if (power >= -4 && power < 6) return String(value)
  return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`
}

/** `int`, `uint` and `double` of a text, and the text of a double. Throws `ConditionProblem` for a text that is not exactly a number of the kind. */
export const textCasts: readonly CelFunc[] = [
  celFunc("int", [STRING], INT, parseInt64),
  celFunc("uint", [STRING], UINT, (text) => celUint(parseUint64(text))),
  celFunc("double", [STRING], DOUBLE, parseFloat64),
  celFunc("string", [DOUBLE], STRING, writeFloat64),
]
