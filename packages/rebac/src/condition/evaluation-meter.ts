import { type CelInput, CelScalar, celFunc, celList, isCelList, isCelMap } from "@bufbuild/cel"
import { CONDITION_COST_LIMIT } from "../limits.ts"
import { ConditionProblem } from "./condition-problem.ts"

/**
 * What the evaluation that runs now has cost, in units of `CONDITION_COST_LIMIT`. One for the process: conditions are evaluated to
 * their end, one at a time.
 */
class EvaluationMeter {
  cost = 0

  begin(): void {
    this.cost = 1
  }

  /** Throws `ConditionProblem` over the limit. CEL may swallow it (`false && …`); whoever began looks at `isSpent` afterwards. */
  charge(amount: number): void {
    this.cost += amount
    if (this.isSpent) throw new ConditionProblem("the condition costs too much to evaluate")
  }

  get isSpent(): boolean {
    return this.cost > CONDITION_COST_LIMIT
  }
}

/** The meter of the evaluation that runs now. */
export const evaluationMeter: EvaluationMeter = new EvaluationMeter()

/** Charged for each element that a list of the expression's own making already has when one is added: it is copied in part. */
const accumulationShift = 4

/** Charges a value as if its every part were looked at; numbers, truth values and times are free. */
function chargeValue(value: unknown): void {
  if (typeof value === "string" || value instanceof Uint8Array)
    evaluationMeter.charge(1 + (value.length >> 3))
  else if (isCelList(value)) {
    evaluationMeter.charge(1 + value.size)
    for (const element of value) chargeValue(element)
  } else if (isCelMap(value)) {
    evaluationMeter.charge(1 + value.size)
    for (const [key, member] of value) {
      chargeValue(key)
      chargeValue(member)
    }
  }
}

const { BOOL, DYN, INT, STRING } = CelScalar

/**
 * The functions that an expression is given where it is compiled (`meterExpression`): each hands its argument on. No expression
 * can name them, `@` starts no identifier.
 */
export const meteringFunctions = [
  celFunc("@use", [DYN], DYN, (value) => {
    chargeValue(value)
    return value as CelInput
  }),
  celFunc("@extend", [DYN], DYN, (list) => {
    if (isCelList(list)) evaluationMeter.charge(1 + (list.size >> accumulationShift))
    return list as CelInput
  }),
  // A list made element by element is a chain of lists; laid out flat, it is read in one pass.
  celFunc("@finish", [DYN], DYN, (list) =>
    isCelList(list) ? celList([...list] as CelInput[]) : (list as CelInput),
  ),
  celFunc("@member", [STRING, DYN], BOOL, (name, map) => {
    if (isCelList(map)) throw new ConditionProblem("a list has no members")
    if (!isCelMap(map)) return false
    evaluationMeter.charge(1)
    if (map.has(name)) return true
    evaluationMeter.charge(map.size)
    for (const [key] of map) if (key === name) return true
    return false
  }),
  celFunc("@pay", [INT, DYN], DYN, (amount, value) => {
    evaluationMeter.charge(Number(amount))
    return value as CelInput
  }),
]
