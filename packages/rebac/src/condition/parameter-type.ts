import { type CelInput, type CelMap, celList, celMap, celUint, isCelError, parse, plan } from "@bufbuild/cel"
import type { ConditionParameter } from "../authorization-model.ts"
import { CONTEXT_DEPTH_LIMIT, CONTEXT_SIZE_LIMIT } from "../limits.ts"
import { type CelTypeName, conditionEnvironment } from "./cel-environment.ts"
import { ConditionProblem } from "./condition-problem.ts"
import { kindOf, toDouble, toInteger } from "./convert-number.ts"
import { parseIpAddress } from "./ip-address.ts"

/** A parameter's type, with how a JSON value becomes a value of it. */
export interface ParameterType {
  readonly name: CelTypeName
  /** What lists and maps hold; the keys of maps are strings. */
  readonly element: ParameterType | undefined
}

const scalarNames: ReadonlyMap<string, CelTypeName> = new Map([
  ["TYPE_NAME_ANY", "any"],
  ["TYPE_NAME_BOOL", "bool"],
  ["TYPE_NAME_STRING", "string"],
  ["TYPE_NAME_INT", "int"],
  ["TYPE_NAME_UINT", "uint"],
  ["TYPE_NAME_DOUBLE", "double"],
  ["TYPE_NAME_DURATION", "duration"],
  ["TYPE_NAME_TIMESTAMP", "timestamp"],
  ["TYPE_NAME_IPADDRESS", "ipaddress"],
])
const containerNames: ReadonlyMap<string, CelTypeName> = new Map([
  ["TYPE_NAME_LIST", "list"],
  ["TYPE_NAME_MAP", "map"],
])

/** Reads a parameter's type. Throws `ConditionProblem` with OpenFGA's sentence for an unknown name or a missing element type. */
export function parseParameterType(parameter: ConditionParameter, depth = 0): ParameterType {
  const typeName = parameter.type_name
  const generics = parameter.generic_types ?? []
  const container = containerNames.get(typeName)
  const name = container ?? scalarNames.get(typeName)
  if (name === undefined || depth > CONTEXT_DEPTH_LIMIT)
    throw new ConditionProblem(`unknown condition parameter type \`${typeName}\``)
  const expected = container === undefined ? 0 : 1
  if (generics.length !== expected)
    throw new ConditionProblem(
      `condition parameter type \`${typeName}\` requires ${expected} generic types; found ${generics.length}`,
    )
  const [element] = generics
  return { name, element: element === undefined ? undefined : parseParameterType(element, depth + 1) }
}

const readTimestamp = plan(conditionEnvironment, parse("timestamp(text)"))
const readDuration = plan(conditionEnvironment, parse("duration(text)"))

function viaCel(read: typeof readTimestamp, text: string | undefined, expected: string): CelInput {
  const result = text === undefined ? undefined : read({ text })
  if (result === undefined || isCelError(result)) throw new ConditionProblem(`expected ${expected}`)
  return result
}

/** RFC 3339 as Go reads it: the day must exist, a fraction may follow a comma and is cut at nanoseconds. */
const timestampForm = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?(Z|[+-]\d\d:\d\d)$/

function timestampText(value: unknown): string | undefined {
  const match = typeof value === "string" ? timestampForm.exec(value) : null
  if (match === null) return undefined
  const [, year = "", month = "", day = "", hour = "", minute = "", second = "", fraction = "", zone = ""] =
    match
  const lastDay = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate()
  if (Number(hour) > 23 || Number(month) > 12 || Number(day) > lastDay) return undefined
  const nanoseconds = fraction === "" ? "" : `.${fraction.slice(0, 9)}`
  return `${year}-${month}-${day}T${hour.padStart(2, "0")}:${minute}:${second}${nanoseconds}${zone}`
}

/** Go takes both letters that look like the sign for a millionth; the library one. */
function durationText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value.replaceAll("\u03bc", "\u00b5") : undefined
}

/** A value ready for CEL, and what it costs to look at once (see `CONDITION_COST_LIMIT`). */
export interface ConvertedValue {
  readonly value: CelInput
  readonly cost: number
}

/**
 * Turns a JSON value of a context into a value of the type. Throws `ConditionProblem` where it is not one. What that cost is added to
 * the counter either way.
 */
export function convertParameter(
  type: ParameterType,
  value: unknown,
  total: { cost: number } = { cost: 0 },
): ConvertedValue {
  const counter = { cost: 0, parsing: 0 }
  try {
    const converted = convert(type, value, counter, 0)
    return { value: converted, cost: counter.cost }
  } finally {
    total.cost += counter.cost + counter.parsing
  }
}

/** What a value costs to look at, and what it cost besides to be taken from its text. */
interface Counter {
  cost: number
  parsing: number
}

/** Times and numbers of many digits are taken apart: as dear as so many plain members. */
const parsedTextCost = 10

function chargeParsing(counter: Counter): void {
  counter.parsing += parsedTextCost
}

function charge(counter: Counter, amount: number, depth: number): void {
  counter.cost += amount
  if (counter.cost + counter.parsing > CONTEXT_SIZE_LIMIT)
    throw new ConditionProblem("the context is too large")
  if (depth > CONTEXT_DEPTH_LIMIT) throw new ConditionProblem("the context is nested too deep")
}

function convert(type: ParameterType, value: unknown, counter: Counter, depth: number): CelInput {
  charge(counter, 1 + (typeof value === "string" ? value.length >> 3 : 0), depth)
  switch (type.name) {
    case "bool":
      if (typeof value === "boolean") return value
      throw new ConditionProblem(`expected type value 'bool', but found '${kindOf(value)}'`)
    case "string":
      if (typeof value === "string") return value
      throw new ConditionProblem(`expected type value 'string', but found '${kindOf(value)}'`)
    case "int":
      if (typeof value === "string") chargeParsing(counter)
      return toInteger(value, "int")
    case "uint":
      if (typeof value === "string") chargeParsing(counter)
      return celUint(toInteger(value, "uint"))
    case "double":
      if (typeof value === "string") chargeParsing(counter)
      return toDouble(value)
    case "timestamp":
      chargeParsing(counter)
      return viaCel(readTimestamp, timestampText(value), "RFC 3339 formatted timestamp string")
    case "duration":
      chargeParsing(counter)
      return viaCel(readDuration, durationText(value), "a valid duration string")
    case "ipaddress": {
      const address = typeof value === "string" ? parseIpAddress(value) : undefined
      if (address === undefined) throw new ConditionProblem("expected a well-formed IP address")
      return address
    }
    case "list":
      if (!Array.isArray(value)) throw new ConditionProblem(`list requires a list, found: ${kindOf(value)}`)
      return celList(value.map((item) => convert(elementOf(type), item, counter, depth + 1)))
    case "map":
      return convertMap(elementOf(type), value, counter, depth)
    case "any":
      return convertAny(value, counter, depth)
    default:
      throw new ConditionProblem(`no value is a ${type.name}`)
  }
}

const anyType: ParameterType = { name: "any", element: undefined }

function elementOf(type: ParameterType): ParameterType {
  return type.element ?? anyType
}

function convertMap(element: ParameterType, value: unknown, counter: Counter, depth: number): CelMap {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new ConditionProblem(`map requires a map, found: ${kindOf(value)}`)
  const entries = new Map<string, CelInput>()
  for (const [key, item] of Object.entries(value)) {
    charge(counter, key.length >> 3, depth)
    entries.set(key, convert(element, item, counter, depth + 1))
  }
  // The library takes a member that is null for absent; CEL does not.
  return Object.defineProperty(celMap(entries), "has", {
    value: (key: unknown) => entries.has(key as string),
  })
}

function convertAny(value: unknown, counter: Counter, depth: number): CelInput {
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return celList(value.map((item) => convert(anyType, item, counter, depth + 1)))
  if (typeof value === "object") return convertMap(anyType, value, counter, depth)
  if (typeof value === "string" || typeof value === "boolean" || typeof value === "number") return value
  throw new ConditionProblem(`expected a JSON value, but found '${typeof value}'`)
}
