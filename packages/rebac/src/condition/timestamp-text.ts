import {
  type CelFunc,
  type CelInput,
  CelScalar,
  celEnv,
  celFunc,
  isCelError,
  parse,
  plan,
} from "@bufbuild/cel"
import { ConditionProblem } from "./condition-problem.ts"

/**
 * Timestamps as OpenFGA's CEL makes them of texts and numbers. The library takes days that do not exist, and milliseconds where seconds
 * are meant.
 */

const { DYN, INT, STRING } = CelScalar
const plainTimestamp = plan(celEnv(), parse("timestamp(text)"))

/** RFC 3339 with a leap second and small letters, which are refused in the second step as OpenFGA does: with another sentence. */
const form =
  /^(\d{4}-(?:0[1-9]|1[0-2]))-(0[1-9]|[12]\d|3[01])[Tt]((?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60))(?:\.(\d+))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/
const firstSecond = -62135596800n
const lastSecond = 253402300799n

function readText(text: string): CelInput {
  const match = form.exec(text)
  if (match === null) throw new ConditionProblem(`invalid RFC 3339 timestamp ${JSON.stringify(text)}`)
  const [, month = "", day = "", time = "", fraction = "", zone = ""] = match
  if (Number(day) > daysIn(month) || time.endsWith("60") || /[tz]/.test(text))
    throw new ConditionProblem("type conversion error from 'string' to 'google.protobuf.Timestamp'")
  const nanoseconds = fraction === "" ? "" : `.${fraction.slice(0, 9)}`
  return readPlain(`${month}-${day}T${time}${nanoseconds}${zone}`)
}

function daysIn(month: string): number {
  const [year, number] = month.split("-").map(Number)
  // Years below a hundred would be taken for those of the last century; the calendar repeats after 400.
  return new Date(Date.UTC(2000 + ((year ?? 0) % 400), number ?? 0, 0)).getUTCDate()
}

function readSeconds(seconds: bigint): CelInput {
  if (seconds < firstSecond || seconds > lastSecond) throw new ConditionProblem("timestamp overflow")
  return readPlain(new Date(Number(seconds) * 1_000).toISOString())
}

function readPlain(text: string): CelInput {
  const result = plainTimestamp({ text })
  if (isCelError(result)) throw new ConditionProblem("timestamp overflow")
  return result as CelInput
}

/** A timestamp from its text or from seconds since the epoch. Throws `ConditionProblem` with OpenFGA's sentence. */
export function readTimestamp(value: string | bigint): CelInput {
  return typeof value === "string" ? readText(value) : readSeconds(value)
}

/** `timestamp` of a text, and of seconds since the epoch. */
export const timestampCasts: readonly CelFunc[] = [
  celFunc("timestamp", [STRING], DYN, readText),
  celFunc("timestamp", [INT], DYN, readSeconds),
]
