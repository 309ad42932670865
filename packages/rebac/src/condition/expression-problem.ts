import { ConditionProblem } from "./condition-problem.ts"

/** A condition's name and text, for messages. */
export interface ConditionSource {
  readonly name: string
  readonly expression: string
}

/** A mistake in an expression as cel-go shows it: where (`offset` in the text), what, the line, and a mark under it. */
export function expressionProblem(
  { name, expression }: ConditionSource,
  offset: number,
  message: string,
): ConditionProblem {
  const before = expression.slice(0, offset).split("\n")
  const column = (before.at(-1) ?? "").length
  const line = expression.split("\n")[before.length - 1] ?? ""
  return new ConditionProblem(
    `ERROR: ${name}:${before.length}:${column + 1}: ${message}\n | ${line}\n | ${".".repeat(column)}^`,
  )
}
