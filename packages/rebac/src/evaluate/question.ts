import { GatehouseError } from "@gatehouse/kernel"
import type { ConditionContext, ConditionProgram } from "../condition/condition-program.ts"
import { STEP_BUDGET } from "../limits.ts"
import { describeTuple } from "../relationship-tuple.ts"
import { NO_NAME } from "../store/symbols.ts"
import type { TupleGraph } from "../store/tuple-graph.ts"
import { Overlay } from "./overlay.ts"
import { ERROR, FALSE, TRUE, type Verdict } from "./verdict.ts"
import type { Asker, Navigator } from "./view.ts"

/** Steps charged for evaluating a condition at all, besides its own cost. */
const CONDITION_STEPS = 10
/** Steps charged for a unit of a condition's cost: 0.3 to 1.2 µs were measured. */
const CONDITION_UNIT_STEPS = 3

/** What one question carries with it while it is answered. Reused from question to question; questions never overlap. */
export class Question {
  readonly graph: TupleGraph
  readonly navigator: Navigator
  readonly overlay: Overlay
  /** The asked user's number; for a userset its object's. */
  asked = -1
  asker: Asker | undefined = undefined
  context: ConditionContext | undefined = undefined
  /** Nodes looked at. */
  visited = 0
  /** Work done, in the steps of `STEP_BUDGET`. */
  steps = 0
  /** Steps that the question may take. */
  budget = STEP_BUDGET
  /** True while whoever works looks at `isSpent` himself: then going over the budget is no error. */
  pausable = false
  /** Whether the depth was exceeded somewhere that could matter. */
  exceededDepth = false
  /** Why a condition could not be evaluated, the first time; in OpenFGA's words where it has some. */
  conditionProblem: string | undefined = undefined

  constructor(navigator: Navigator, graph: TupleGraph) {
    this.navigator = navigator
    this.graph = graph
    this.overlay = new Overlay(graph)
  }

  begin(context: Readonly<Record<string, unknown>> | undefined): void {
    this.asked = -1
    this.asker = undefined
    this.context = context === undefined ? undefined : { values: context }
    this.visited = 0
    this.steps = 0
    this.budget = STEP_BUDGET
    this.pausable = false
    this.exceededDepth = false
    this.conditionProblem = undefined
    this.overlay.clear()
  }

  /** Counts a node. Throws as `spend` does. */
  visit(): void {
    this.visited++
    this.spend(1)
  }

  /** Counts work. Throws `rebac.resolution_too_complex` over the budget. */
  spend(steps: number): void {
    this.steps += steps
    if (this.steps > this.budget && !this.pausable)
      throw new GatehouseError("rebac.resolution_too_complex", { details: { limit: "steps" } })
  }

  /** Counts what a condition has just cost. Throws as `spend` does. */
  spendOn(program: ConditionProgram): void {
    this.spend(CONDITION_STEPS + CONDITION_UNIT_STEPS * program.lastCost)
  }

  /** True once the budget is used up. */
  get isSpent(): boolean {
    return this.steps > this.budget
  }

  /** Whether a tuple's condition holds: TRUE, FALSE, or ERROR where it cannot be evaluated. */
  conditionVerdict(
    object: number,
    classId: number,
    user: number,
    tupleContext: ConditionContext | undefined,
  ): Verdict {
    const program = this.navigator.programOf(this.graph.symbols.conditionOf(classId))
    if (program === undefined) return ERROR
    const outcome = program.evaluate(this.context, tupleContext)
    this.spendOn(program)
    if (outcome !== "error") return outcome === "true" ? TRUE : FALSE
    this.conditionProblem ??= this.#describeProblem(program, object, classId, user)
    return ERROR
  }

  #describeProblem(program: ConditionProgram, object: number, classId: number, user: number): string {
    const start = "failed to evaluate relationship condition"
    if (program.lastProblem?.startsWith("parameter type error") === true)
      return `${start}: ${program.lastProblem}`
    if (program.lastMissing === undefined) return `${start}: '${program.name}' - ${program.lastProblem}`
    const { symbols } = this.graph
    const relation = symbols.name(symbols.relationKeys.second[symbols.relationKeyOf(classId)] ?? NO_NAME)
    const tuple = {
      object: this.overlay.nameOf(object),
      relation,
      user: this.graph.userName(classId, this.overlay.nameOf(user)),
    }
    return `${start}: '${program.name}' - tuple '${describeTuple(tuple)}' is ${program.lastProblem}`
  }

  /** The error that a question whose answer is ERROR ends in. */
  failure(): GatehouseError {
    if (this.exceededDepth)
      return new GatehouseError("rebac.resolution_too_complex", { details: { limit: "depth" } })
    return new GatehouseError("rebac.condition_failed", { details: { reason: this.conditionProblem } })
  }
}
