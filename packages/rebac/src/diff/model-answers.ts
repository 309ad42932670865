import { isGatehouseError } from "@gatehouse/kernel"
import type { AuthorizationModel } from "../authorization-model.ts"
import { createEvaluator } from "../create-evaluator.ts"
import type { Evaluator } from "../evaluator.ts"
import { type CompiledModel, compileModel } from "../model/compiled-model.ts"
import type { TupleStore } from "../store/tuple-store.ts"
import type { Turns } from "../turns.ts"
import type { Verdict } from "./model-diff.ts"
import type { Universe } from "./universe.ts"

/** What a comparison may still do. */
export interface WorkLeft {
  /** Takes units; throws `WorkSpent` where there are no more. */
  spend(units: number): void
  readonly turns: Turns
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
  readonly #model: CompiledModel
  readonly #store: TupleStore
  readonly #evaluator: Evaluator
  #unbound: Evaluator | undefined
  readonly #universe: Universe
  readonly #context: { readonly context?: Readonly<Record<string, unknown>> }
  readonly #work: WorkLeft

  constructor(
    model: CompiledModel,
    store: TupleStore,
    universe: Universe,
    context: Readonly<Record<string, unknown>> | undefined,
    work: WorkLeft,
  ) {
    this.#model = model
    this.#store = store
    this.#evaluator = createEvaluator(model, store)
    this.#universe = universe
    this.#context = context === undefined ? {} : { context }
    this.#work = work
  }

  /**
   * The objects on which the user's relation is not denied. One list where that can be had; where a condition or a bound ends it, a check
   * for each object that could be in it, by turns.
   */
  async holdings(question: HoldingsQuestion): Promise<ReadonlyMap<string, Exclude<Verdict, "denied">>> {
    const listed = this.#list(this.#evaluator, question)
    if (listed !== undefined) return new Map(listed.map((object) => [object, "allowed"]))
    const found = new Map<string, Exclude<Verdict, "denied">>()
    for (const object of this.#candidates(question)) {
      if (this.#work.turns.isOver) await this.#work.turns.next()
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

  /**
   * Objects on which the relation may not be denied. Without an intersection or an exclusion a tuple can only add to what is held, so that
   * the list with every condition met holds all of them; else they may be any of the type.
   */
  #candidates(question: HoldingsQuestion): readonly string[] {
    const { type, relation } = question
    const asked = this.#model.schema.types.get(type)?.get(relation)
    const all = this.#universe.objects.get(type) ?? []
    if (asked === undefined || this.#model.ruled.has(asked)) return all
    this.#unbound ??= createEvaluator(compileModel(withConditionsMet(this.#model.model)), this.#store)
    const context = { ...this.#context.context, [MET_PARAMETER]: true }
    return this.#list(this.#unbound, question, { context }) ?? all
  }

  /** The whole list, or undefined where it cannot be had. */
  #list(
    evaluator: Evaluator,
    { user, type, relation }: HoldingsQuestion,
    values = this.#context,
  ): readonly string[] | undefined {
    this.#work.spend(1)
    try {
      const { objects, complete } = evaluator.listObjects({ user, type, relation, ...values })
      this.#work.spend(objects.length)
      return complete ? objects : undefined
    } catch (error) {
      if (isUnknown(error)) return []
      if (isUndecided(error)) return undefined
      throw error
    }
  }
}

/** OpenFGA evaluates no condition without a parameter. No expression can use this name, so that no context has it. */
const MET_PARAMETER = "(met)"

/** The model with every condition always met, whatever the context. */
function withConditionsMet(model: AuthorizationModel): AuthorizationModel {
  const conditions = Object.values(model.conditions ?? {}).map(
    ({ name }) =>
      [
        name,
        { name, expression: "true", parameters: { [MET_PARAMETER]: { type_name: "TYPE_NAME_ANY" } } },
      ] as const,
  )
  return { ...model, conditions: Object.fromEntries(conditions) }
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
