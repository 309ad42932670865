import { type CelFunc, CelScalar, celFunc, celUint } from "@bufbuild/cel"
import { ConditionProblem } from "./condition-problem.ts"

/**
 * Numbers from text and to it as OpenFGA's CEL has them (Go's strconv). The library reads as JavaScript does: there the empty text is 0,
 * spaces are cut and `0x10` is 16, and a condition would hold for a value that OpenFGA refuses.
 */

const { BOOL, DOUBLE, INT, STRING, UINT } = CelScalar

/** More digits than any number of 64 bits has; longer texts are read in quadratic time. Leading zeros do not count. */
const digitsLimit = 20

function parseDigits(text: string, form: RegExp): bigint {
  const match = form.exec(text)
  const digits = match?.[2]?.replace(/^0+(?=\d)/, "")
  if (digits === undefined || digits.length > digitsLimit) throw new ConditionProblem("the text is no number")
  return match?.[1] === "-" ? -BigInt(digits) : BigInt(digits)
}

/** Throws `ConditionProblem` where the text is no int64 in digits. */
export function parseInt64(text: string): bigint {
  const value = parseDigits(text, /^([+-]?)([0-9]+)$/)
  if (BigInt.asIntN(64, value) !== value) throw new ConditionProblem("the text is no number of 64 bits")
  return value
}

/** Throws `ConditionProblem` where the text is no uint64 in digits. */
export function parseUint64(text: string): bigint {
  const value = parseDigits(text, /^()([0-9]+)$/)
  if (BigInt.asUintN(64, value) !== value) throw new ConditionProblem("the text is no number of 64 bits")
  return value
}

/** Digits, with underscores between them. */
const digitsForm = "[0-9](?:_?[0-9])*"
const decimalForm = new RegExp(
  `^[+-]?(?:${digitsForm}(?:\\.(?:${digitsForm})?)?|\\.${digitsForm})(?:[eE][+-]?${digitsForm})?$`,
)

/** Throws `ConditionProblem` where the text is no double: Go's form, but for hexadecimal digits. */
export function parseFloat64(text: string): number {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity
  if (/^nan$/i.test(text)) return Number.NaN
  const value = decimalForm.test(text) ? Number(text.replaceAll("_", "")) : Number.NaN
  if (!Number.isFinite(value)) throw new ConditionProblem("the text is no number")
  return value
}

/** Throws `ConditionProblem` where the text is none of Go's words for true and false. */
export function parseBool(text: string): boolean {
  if (!/^(?:[01tTfF]|TRUE|[tT]rue|FALSE|[fF]alse)$/.test(text))
    throw new ConditionProblem("the text is neither true nor false")
  return /^[1tT]/.test(text)
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

/** `int`, `uint`, `double` and `bool` of a text, and the text of a double. Throws `ConditionProblem` for a text that is not exactly one of the kind. */
export const textCasts: readonly CelFunc[] = [
  celFunc("int", [STRING], INT, parseInt64),
  celFunc("uint", [STRING], UINT, (text) => celUint(parseUint64(text))),
  celFunc("double", [STRING], DOUBLE, parseFloat64),
  celFunc("bool", [STRING], BOOL, parseBool),
  celFunc("string", [DOUBLE], STRING, writeFloat64),
]
