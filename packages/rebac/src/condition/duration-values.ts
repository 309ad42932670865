import {
  type CelFunc,
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
const readDuration = plan(environment, parse("duration(text)"))

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

/** CEL's functions of durations, where OpenFGA's differ from the library's. */
export const durationFunctions: readonly CelFunc[] = [
  celFunc("duration", [STRING], DYN, (text) => {
    if (text === "") throw new ConditionProblem("the text is no duration")
    const value = readDuration({ text })
    if (isCelError(value)) throw value
    nanosecondsOf(value)
    return value
  }),
  celFunc("int", [durationType], INT, nanosecondsOf),
  celFunc("string", [durationType], STRING, textOf),
  celMethod("getMilliseconds", durationType, [], INT, function () {
    return nanosecondsOf(this) / 1_000_000n
  }),
]
