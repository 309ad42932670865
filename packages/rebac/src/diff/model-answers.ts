import { isGatehouseError } from "@gatehouse/kernel"
import type { Evaluator } from "../evaluator.ts"
import type { Verdict } from "./model-diff.ts"
import type { Universe } from "./universe.ts"

/** What a comparison may still do. */
export interface WorkLeft {
  /** Takes units; throws `WorkSpent` where there are no more. */
  spend(units: number): void
}

/** Thrown when a comparison has used up its budget. */
export class WorkSpent extends Error {}

/** A question about no object in particular: which ones the user has the relation to. */
export interface HoldingsQuestion {
  readonly user: string
  readonly type: string
  readonly relation: string
}

/** One model's answers over the tuples, to the questions of a comparison. */
export class ModelAnswers {
  readonly #evaluator: Evaluator
  readonly #universe: Universe
  readonly #context: { readonly context?: Readonly<Record<string, unknown>> }
  readonly #work: WorkLeft

  constructor(
    evaluator: Evaluator,
    universe: Universe,
    context: Readonly<Record<string, unknown>> | undefined,
    work: WorkLeft,
  ) {
    this.#evaluator = evaluator
    this.#universe = universe
    this.#context = context === undefined ? {} : { context }
    this.#work = work
  }

  /**
   * The objects on which the user's relation is not denied. One list where that can be had; where a condition or a bound ends it, a check
   * for each object of the type.
   */
  holdings(question: HoldingsQuestion): ReadonlyMap<string, Exclude<Verdict, "denied">> {
    const listed = this.#list(question)
    if (listed !== undefined) return new Map(listed.map((object) => [object, "allowed"]))
    const found = new Map<string, Exclude<Verdict, "denied">>()
    for (const object of this.#universe.objects.get(question.type) ?? []) {
      const verdict = this.check({ ...question, object })
      if (verdict !== "denied") found.set(object, verdict)
    }
    return found
  }

  /** One answer. What the model does not know (a type, a relation) is held by nobody. */
  check({
    user,
    relation,
    object,
  }: {
    readonly user: string
    readonly relation: string
    readonly object: string
  }): Verdict {
    this.#work.spend(1)
    try {
      const { allowed } = this.#evaluator.check({ user, relation, object, ...this.#context })
      return allowed ? "allowed" : "denied"
    } catch (error) {
      if (isUnknown(error)) return "denied"
      if (isUndecided(error)) return "undecided"
      throw error
    }
  }

  /** The whole list, or undefined where it cannot be had. */
  #list({ user, type, relation }: HoldingsQuestion): readonly string[] | undefined {
    this.#work.spend(1)
    try {
      const { objects, complete } = this.#evaluator.listObjects({ user, type, relation, ...this.#context })
      this.#work.spend(objects.length)
      return complete ? objects : undefined
    } catch (error) {
      if (isUnknown(error)) return []
      if (isUndecided(error)) return undefined
      throw error
    }
  }
}

const unknownCodes: ReadonlySet<string> = new Set([
  "rebac.invalid_request",
  "rebac.type_not_found",
  "rebac.relation_not_found",
])
const undecidedCodes: ReadonlySet<string> = new Set([
  "rebac.condition_failed",
  "rebac.resolution_too_complex",
])

function isUnknown(error: unknown): boolean {
  return isGatehouseError(error) && unknownCodes.has(error.code)
}

function isUndecided(error: unknown): boolean {
  return isGatehouseError(error) && undecidedCodes.has(error.code)
}
