import {
  type CelFunc,
  type CelInput,
  CelScalar,
  type CelType,
  celEnv,
  celFunc,
  celMethod,
  isCelError,
  parse,
  plan,
} from "@bufbuild/cel"
import { ConditionProblem } from "./condition-problem.ts"

/**
 * Durations as OpenFGA's CEL has them (Go's time.Duration): nanoseconds in 64 bits, whole ones as a number, all of them in
 * milliseconds. The library has seconds and the rest below one.
 */

const { DYN, INT, STRING } = CelScalar
const environment = celEnv()
const durationType = plan(environment, parse("type(duration('0s'))"))() as CelType
const readPlain = plan(environment, parse("duration(text)"))

interface DurationValue {
  readonly message: { readonly seconds: bigint; readonly nanos: number }
}

function nanosecondsOf(value: unknown): bigint {
  const { seconds, nanos } = (value as DurationValue).message
  const nanoseconds = seconds * 1_000_000_000n + BigInt(nanos)
  if (BigInt.asIntN(64, nanoseconds) !== nanoseconds) throw new ConditionProblem("the duration is too long")
  return nanoseconds
}

/** Seconds in decimals, as many as it takes. */
function textOf(value: unknown): string {
  const nanoseconds = nanosecondsOf(value)
  const seconds = Number(nanoseconds / 1_000_000_000n) + Number(nanoseconds % 1_000_000_000n) / 1e9
  const text = String(seconds)
  return `${text.includes("e") ? seconds.toFixed(9).replace(/0+$/, "") : text}s`
}

const durationForm = /^[+-]?(?:0|(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)$/

/** A duration from its text, as Go has it. Throws `ConditionProblem` with OpenFGA's sentence. */
export function readDuration(text: string): CelInput {
  // Go takes both letters that look like the sign for a millionth; the library one.
  const value = durationForm.test(text) ? readPlain({ text: text.replaceAll("\u03bc", "\u00b5") }) : undefined
  if (value === undefined || isCelError(value))
    throw new ConditionProblem("type conversion error from 'string' to 'google.protobuf.Duration'")
  return value as CelInput
}

/** CEL's functions of durations, where OpenFGA's differ from the library's. */
export const durationFunctions: readonly CelFunc[] = [
  celFunc("duration", [STRING], DYN, readDuration),
  celFunc("int", [durationType], INT, nanosecondsOf),
  celFunc("string", [durationType], STRING, textOf),
  celMethod("getMilliseconds", durationType, [], INT, function () {
    return nanosecondsOf(this) / 1_000_000n
  }),
]
