import { type CheckedType, checkedTypes, listOf, mapOf, typeVariable } from "./cel-type.ts"

/** One overload of a function or operator: its target where it is a method, its arguments, its result. */
export interface Signature {
  readonly target: CheckedType | undefined
  readonly parameters: readonly CheckedType[]
  readonly result: CheckedType
}

const { bool, bytes, double, duration, dyn, int, ipaddress, string, timestamp, type, uint } = checkedTypes
const a = typeVariable("A")
const b = typeVariable("B")
const table = new Map<string, Signature[]>()

function add(name: string, result: CheckedType, ...parameters: CheckedType[]): void {
  const signatures = table.get(name) ?? []
  signatures.push({ target: undefined, parameters, result })
  table.set(name, signatures)
}

function addMethod(
  name: string,
  target: CheckedType,
  result: CheckedType,
  ...parameters: CheckedType[]
): void {
  const signatures = table.get(name) ?? []
  signatures.push({ target, parameters, result })
  table.set(name, signatures)
}

add("_?_:_", a, bool, a, a)
add("_&&_", bool, bool, bool)
add("_||_", bool, bool, bool)
add("!_", bool, bool)
add("@not_strictly_false", bool, bool)
for (const name of ["_==_", "_!=_"]) add(name, bool, a, a)
for (const name of ["_<_", "_<=_", "_>_", "_>=_"]) {
  for (const kind of [bool, int, uint, double, string, bytes, timestamp, duration])
    add(name, bool, kind, kind)
}
for (const kind of [int, uint, double, string, bytes, listOf(a), duration]) add("_+_", kind, kind, kind)
add("_+_", timestamp, timestamp, duration)
add("_+_", timestamp, duration, timestamp)
for (const kind of [int, uint, double, duration]) add("_-_", kind, kind, kind)
add("_-_", duration, timestamp, timestamp)
add("_-_", timestamp, timestamp, duration)
for (const name of ["_*_", "_/_"]) for (const kind of [int, uint, double]) add(name, kind, kind, kind)
for (const kind of [int, uint]) add("_%_", kind, kind, kind)
for (const kind of [int, double]) add("-_", kind, kind)
add("_[_]", a, listOf(a), int)
add("_[_]", b, mapOf(a, b), a)
for (const name of ["@in", "_in_"]) {
  add(name, bool, a, listOf(a))
  add(name, bool, a, mapOf(a, b))
}
for (const kind of [string, bytes, listOf(a), mapOf(a, b)]) {
  add("size", int, kind)
  addMethod("size", kind, int)
}
for (const kind of [int, uint, double, string, timestamp, duration]) add("int", int, kind)
for (const kind of [uint, int, double, string]) add("uint", uint, kind)
for (const kind of [double, int, uint, string]) add("double", double, kind)
for (const kind of [string, bool, int, uint, double, bytes, timestamp, duration]) add("string", string, kind)
for (const kind of [bool, string]) add("bool", bool, kind)
for (const kind of [bytes, string]) add("bytes", bytes, kind)
for (const kind of [timestamp, string, int]) add("timestamp", timestamp, kind)
for (const kind of [duration, string]) add("duration", duration, kind)
add("type", type, a)
add("dyn", dyn, a)
for (const name of ["contains", "startsWith", "endsWith", "matches"]) addMethod(name, string, bool, string)
add("matches", bool, string, string)
const dateParts = [
  "FullYear",
  "Month",
  "Date",
  "DayOfMonth",
  "DayOfWeek",
  "DayOfYear",
  "Hours",
  "Minutes",
  "Seconds",
  "Milliseconds",
]
for (const part of dateParts) {
  addMethod(`get${part}`, timestamp, int)
  addMethod(`get${part}`, timestamp, int, string)
}
for (const part of ["Hours", "Minutes", "Seconds", "Milliseconds"]) addMethod(`get${part}`, duration, int)
add("ipaddress", ipaddress, string)
addMethod("in_cidr", ipaddress, bool, string)

/** The functions, methods and operators of conditions: CEL's standard definitions and OpenFGA's two for addresses. */
export const celSignatures: ReadonlyMap<string, readonly Signature[]> = table

/** Names that stand for types in expressions, like `type(x) == int`. */
export const celTypeNames: ReadonlySet<string> = new Set([
  "bool",
  "bytes",
  "double",
  "dyn",
  "int",
  "list",
  "map",
  "null_type",
  "string",
  "type",
  "uint",
])
