import { type Problem, problemSchema } from "@gatehouse/contracts"

/** What a server answered where it did not do what was asked: its own code, message and ids (RFC 9457). */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem"
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.detail)
    this.problem = problem
  }

  get code(): string {
    return this.problem.code
  }

  get status(): number {
    return this.problem.status
  }
}

/** The problem in an answer's body, or undefined where it is none. */
export function readProblem(body: unknown): ApiProblem | undefined {
  const parsed = problemSchema.safeParse(body)
  return parsed.success ? new ApiProblem(parsed.data) : undefined
}
