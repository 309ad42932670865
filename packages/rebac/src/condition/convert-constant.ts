import { ConditionProblem } from "./condition-problem.ts"
import { readDuration } from "./duration-values.ts"
import { parseBool, parseFloat64, parseInt64, parseUint64 } from "./text-casts.ts"
import { readTimestamp } from "./timestamp-text.ts"

/** What a constant is at run time, by cel-go's names. */
export type ConstantType =
  | "bool"
  | "bytes"
  | "double"
  | "google.protobuf.Duration"
  | "google.protobuf.Timestamp"
  | "int"
  | "list"
  | "map"
  | "null_type"
  | "string"
  | "type"
  | "uint"

/** A constant of an expression. Its value is there for as long as another conversion of it could fail by it. */
export interface Constant {
  readonly type: ConstantType
  readonly value?: unknown
}

/** What a known value becomes; undefined where it is not followed further. */
type Conversion = (value: never) => unknown

const same: Conversion = (value) => value
const unfollowed: Conversion = () => undefined
const ofText =
  (type: ConstantType, parse: (text: string) => unknown): Conversion =>
  (text: string) => {
    try {
      return parse(text)
    } catch {
      throw new ConditionProblem(`type conversion error from 'string' to '${type}'`)
    }
  }

const intLimit = 2 ** 63
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

function intOfUint(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new ConditionProblem("integer overflow")
  return value
}

function intOfDouble(value: number): bigint {
  if (!(value > -intLimit && value < intLimit)) throw new ConditionProblem("integer overflow")
  return BigInt(Math.trunc(value))
}

function uintOfInt(value: bigint): bigint {
  if (value < 0n) throw new ConditionProblem("unsigned integer overflow")
  return value
}

function uintOfDouble(value: number): bigint {
  if (!(value >= 0 && value < 2 * intLimit)) throw new ConditionProblem("unsigned integer overflow")
  return BigInt(Math.trunc(value))
}

function doubleOfText(text: string): number | undefined {
  // Hexadecimal digits, which Go reads, are no mistake.
  return /^[+-]?0[xX]/.test(text) ? undefined : parseFloat64(text)
}

function textOfBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ConditionProblem("invalid UTF-8 in bytes, cannot convert to string")
  }
}

/** A timestamp or a duration, refused or else not followed further. */
const checked =
  (read: (value: never) => unknown): Conversion =>
  (value) => {
    read(value)
    return undefined
  }

function checkDuration(text: string): void {
  // The library reads no longer ones.
  if (text.length <= 128) readDuration(text)
}

const timestamp = "google.protobuf.Timestamp"
const duration = "google.protobuf.Duration"

interface ConversionFunction {
  readonly result: ConstantType
  readonly from: Readonly<Partial<Record<ConstantType, Conversion>>>
}

const functions: Readonly<Record<string, ConversionFunction>> = {
  bool: { result: "bool", from: { bool: same, string: ofText("bool", parseBool) } },
  bytes: { result: "bytes", from: { bytes: same, string: (text: string) => new TextEncoder().encode(text) } },
  double: {
    result: "double",
    from: { double: same, int: Number, uint: Number, string: ofText("double", doubleOfText) },
  },
  duration: { result: duration, from: { [duration]: same, string: checked(checkDuration) } },
  int: {
    result: "int",
    from: {
      double: intOfDouble,
      int: same,
      string: ofText("int", parseInt64),
      uint: intOfUint,
      [duration]: same,
      [timestamp]: same,
    },
  },
  string: {
    result: "string",
    from: {
      bool: String,
      bytes: textOfBytes,
      double: unfollowed,
      int: String,
      string: same,
      uint: String,
      [duration]: unfollowed,
      [timestamp]: unfollowed,
    },
  },
  timestamp: {
    result: timestamp,
    from: { int: checked(readTimestamp), string: checked(readTimestamp), [timestamp]: same },
  },
  uint: {
    result: "uint",
    from: { double: uintOfDouble, int: uintOfInt, string: ofText("uint", parseUint64), uint: same },
  },
}

/** Whether a function of this name converts values: OpenFGA does so with constants when a model is written. */
export function isConversion(name: string): boolean {
  return name === "dyn" || name === "type" || Object.hasOwn(functions, name)
}

/** What a conversion makes of a constant. Throws `ConditionProblem` with cel-go's sentence where it fails. */
export function convertConstant(name: string, constant: Constant): Constant {
  if (name === "dyn") return constant
  if (name === "type") return { type: "type" }
  const conversion = functions[name]?.from[constant.type]
  if (conversion === undefined) throw new ConditionProblem(`no such overload: ${name}(${constant.type})`)
  const value = constant.value === undefined ? undefined : conversion(constant.value as never)
  return { type: functions[name]?.result ?? constant.type, value }
}
