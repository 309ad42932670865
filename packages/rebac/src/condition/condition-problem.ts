/** Why a condition could not be evaluated. Inside the package only: it becomes an outcome, never reaches a caller as it is. */
export class ConditionProblem extends Error {
  override readonly name = "ConditionProblem"
}
