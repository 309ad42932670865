import type { CelTypeName } from "./cel-environment.ts"
import type { ParameterType } from "./parameter-type.ts"

/** A type as the checker of expressions sees it. `variable` stands in signatures for a type that each use decides. */
export interface CheckedType {
  readonly name: CelTypeName | "variable"
  /** What a list holds; key and value of a map; the name of a variable. */
  readonly of: readonly CheckedType[]
  readonly variable?: string
}

const simple = (name: CelTypeName): CheckedType => ({ name, of: [] })

/** The types of the language, and the two makers of containers. */
export const checkedTypes = {
  any: simple("any"),
  bool: simple("bool"),
  bytes: simple("bytes"),
  double: simple("double"),
  duration: simple("duration"),
  dyn: simple("dyn"),
  int: simple("int"),
  ipaddress: simple("ipaddress"),
  null: simple("null"),
  string: simple("string"),
  timestamp: simple("timestamp"),
  type: simple("type"),
  uint: simple("uint"),
} as const

/** CEL's type of lists of the element. */
export function listOf(element: CheckedType): CheckedType {
  return { name: "list", of: [element] }
}

/** CEL's type of maps from the key to the value. */
export function mapOf(key: CheckedType, value: CheckedType): CheckedType {
  return { name: "map", of: [key, value] }
}

/** A type of a signature that stands for whatever its arguments agree on. */
export function typeVariable(variable: string): CheckedType {
  return { name: "variable", of: [], variable }
}

/** The checker's view of a declared parameter. */
export function ofParameter(type: ParameterType): CheckedType {
  if (type.name === "list")
    return listOf(type.element === undefined ? checkedTypes.any : ofParameter(type.element))
  if (type.name === "map")
    return mapOf(
      checkedTypes.string,
      type.element === undefined ? checkedTypes.any : ofParameter(type.element),
    )
  return simple(type.name)
}

/** The type as cel-go writes it in its messages. */
export function describeType(type: CheckedType): string {
  if (type.name === "variable") return "dyn"
  if (type.name === "ipaddress") return "IPAddress"
  if (type.name === "timestamp" || type.name === "duration")
    return `google.protobuf.${type.name === "timestamp" ? "Timestamp" : "Duration"}`
  return type.of.length === 0 ? type.name : `${type.name}(${type.of.map(describeType).join(", ")})`
}

/** What the variables of one call came to stand for. */
export type Substitution = Map<string, CheckedType>

/** True where a value of `actual` may stand where `expected` is asked for; fills in the variables of `expected`. */
export function isAssignable(
  expected: CheckedType,
  actual: CheckedType,
  substitution: Substitution,
): boolean {
  if (expected.name === "variable") {
    const bound = substitution.get(expected.variable ?? "")
    if (bound === undefined || isDynamic(bound)) {
      substitution.set(expected.variable ?? "", actual)
      return true
    }
    return isAssignable(bound, actual, substitution)
  }
  if (isDynamic(expected) || isDynamic(actual)) return true
  if (expected.name !== actual.name) return actual.name === "null" && isNullable(expected)
  return expected.of.every((part, index) =>
    isAssignable(part, actual.of[index] ?? checkedTypes.dyn, substitution),
  )
}

function isNullable(type: CheckedType): boolean {
  return type.name === "timestamp" || type.name === "duration" || type.name === "ipaddress"
}

/** True for types whose values are known only when the condition is evaluated. */
export function isDynamic(type: CheckedType): boolean {
  return type.name === "any" || type.name === "dyn"
}

/** The type with its variables filled in; one that nothing decided is `dyn`. */
export function substitute(type: CheckedType, substitution: Substitution): CheckedType {
  if (type.name === "variable") return substitution.get(type.variable ?? "") ?? checkedTypes.dyn
  return type.of.length === 0 ? type : { ...type, of: type.of.map((part) => substitute(part, substitution)) }
}

/** One type for values of both: the same, or `dyn`. */
export function joinTypes(first: CheckedType, second: CheckedType): CheckedType {
  if (isDynamic(first) || isDynamic(second)) return checkedTypes.dyn
  const substitution: Substitution = new Map()
  if (isAssignable(first, second, substitution)) return first
  return isAssignable(second, first, substitution) ? second : checkedTypes.dyn
}
