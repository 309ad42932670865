import { CelScalar, celEnv, celFunc, celMethod, isCelError, parse, plan } from "@bufbuild/cel"
import { MATCH_COST_LIMIT, MATCH_COST_PER_UNIT, SEARCH_COST_PER_UNIT } from "../limits.ts"
import { ConditionProblem } from "./condition-problem.ts"
import { durationFunctions } from "./duration-values.ts"
import { evaluationMeter, meteringFunctions } from "./evaluation-meter.ts"
import { isInPrefix, parseIpAddress, parseIpPrefix } from "./ip-address.ts"
import { matchCost } from "./match-cost.ts"
import { textCasts } from "./text-casts.ts"
import { textComparisons } from "./text-order.ts"
import { timestampFunctions } from "./timestamp-parts.ts"
import { timestampCasts } from "./timestamp-text.ts"

/** The types that values of conditions have. `any` is a JSON value of whatever kind, `dyn` what an expression made of one. */
export type CelTypeName =
  | "any"
  | "bool"
  | "bytes"
  | "double"
  | "duration"
  | "dyn"
  | "int"
  | "ipaddress"
  | "list"
  | "map"
  | "null"
  | "string"
  | "timestamp"
  | "type"
  | "uint"

const { BOOL, BYTES, STRING } = CelScalar

const plainEnvironment = celEnv()
const plainMatches = plan(plainEnvironment, parse("text.matches(pattern)"))

/** `matches`, refused where text and pattern together would take long: matching is linear in both, never worse (`match-cost.ts`). */
function matches(text: string, pattern: string): boolean {
  const cost = matchCost(text, pattern)
  if (cost > MATCH_COST_LIMIT) throw new ConditionProblem("matching is too expensive")
  evaluationMeter.charge(Math.ceil(cost / MATCH_COST_PER_UNIT))
  const result = plainMatches({ text, pattern })
  if (isCelError(result)) throw result
  return result === true
}

const matchesMethod = celMethod("matches", STRING, [STRING], BOOL, function (pattern) {
  return matches(String(this), pattern)
})
const matchesFunction = celFunc("matches", [STRING, STRING], BOOL, matches)

/** `contains`, refused where text and part together could take long: V8's search can degrade to their product. */
const boundedContains = celMethod("contains", STRING, [STRING], BOOL, function (part) {
  const text = String(this)
  evaluationMeter.charge(Math.ceil((text.length * part.length) / SEARCH_COST_PER_UNIT))
  return text.includes(part)
})

/** OpenFGA's own function: an address of IPv4 or IPv6 from its text. */
const ipaddress = celFunc("ipaddress", [STRING], BYTES, (text) => {
  const address = parseIpAddress(text)
  if (address === undefined) throw new ConditionProblem("unable to parse IP")
  return address
})

/** OpenFGA's own method: whether an address lies in a range. */
const inCidr = celMethod("in_cidr", BYTES, [STRING], BOOL, function (text) {
  const prefix = parseIpPrefix(text)
  if (prefix === undefined) throw new ConditionProblem("a malformed CIDR string")
  return isInPrefix(this, prefix)
})

/** CEL as conditions use it: the standard functions, with `matches` and `contains` bounded, and OpenFGA's own for addresses. */
export const conditionEnvironment = celEnv({
  funcs: [
    ...meteringFunctions,
    ...textCasts,
    ...timestampCasts,
    ...timestampFunctions,
    ...durationFunctions,
    ...textComparisons,
    ...[matchesMethod, matchesFunction, boundedContains, ipaddress, inCidr],
  ],
})
