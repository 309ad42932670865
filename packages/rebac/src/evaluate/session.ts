import { GatehouseError } from "@gatehouse/kernel"
import type { QueryContext } from "../evaluator.ts"
import type { CompiledModel } from "../model/compiled-model.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import type { Plan } from "../model/plan.ts"
import { validateContext, validateTuple } from "../model/validate-tuple.ts"
import {
  parseObject,
  parseUser,
  type RelationshipTuple,
  type TupleKey,
  usersetMark,
} from "../relationship-tuple.ts"
import { EVERYONE, NO_NAME } from "../store/symbols.ts"
import type { TupleGraph } from "../store/tuple-graph.ts"
import { Question } from "./question.ts"
import { Search } from "./search.ts"
import { Solver } from "./solve.ts"
import { FALSE, type Verdict } from "./verdict.ts"
import { type Asker, Navigator } from "./view.ts"

/** One model over one store, answering one question after the other: what all of the evaluator's operations share. */
export class Session {
  readonly model: CompiledModel
  readonly graph: TupleGraph
  readonly navigator: Navigator
  readonly question: Question
  readonly #search = new Search()
  readonly #solver = new Solver()

  constructor(model: CompiledModel, graph: TupleGraph) {
    this.model = model
    this.graph = graph
    this.navigator = new Navigator(model, graph.symbols)
    this.question = new Question(this.navigator, graph)
  }

  /**
   * Starts a question: its contextual tuples are held to the model as written ones are, its context to what the wire allows.
   * `without` are stored tuples to be left out of it.
   */
  begin(query: QueryContext, without: readonly TupleKey[] = []): void {
    this.question.begin(query.context)
    this.#solver.begin()
    const mistake = query.context === undefined ? undefined : validateContext(query.context)
    if (mistake !== undefined) throw invalidRequest(mistake)
    for (const tuple of query.contextualTuples ?? []) this.#lay(tuple)
    for (const key of without) {
      const found = this.graph.find(key)
      if (found !== undefined) this.question.overlay.hide(found.object, found.classId, found.user)
    }
  }

  #lay(tuple: RelationshipTuple): void {
    const reason = validateTuple(this.model, tuple)
    if (reason !== undefined) throw new GatehouseError("rebac.invalid_tuple", { details: { reason } })
    this.question.overlay.add(tuple, this.#classOf(tuple))
  }

  #classOf(tuple: RelationshipTuple): number {
    const { symbols } = this.graph
    const objectType = symbols.internName(parseObject(tuple.object)?.type ?? "")
    const user = parseUser(tuple.user)
    const relation = user?.relation
    const userRelation =
      relation === undefined ? (user?.id === "*" ? EVERYONE : NO_NAME) : symbols.internName(relation)
    return symbols.internClass(
      symbols.relationKeys.intern(objectType, symbols.internName(tuple.relation)),
      symbols.userKinds.intern(symbols.internName(user?.type ?? ""), userRelation),
      tuple.condition ? symbols.internName(tuple.condition.name) : NO_NAME,
    )
  }

  /** Sets who asks. The user was found to fit the model before. */
  ask(user: string): Asker {
    const parsed = parseUser(user)
    const hash = usersetMark(user)
    const relation =
      parsed?.relation === undefined ? undefined : this.relationOf(parsed.type, parsed.relation)
    const asker =
      relation === undefined
        ? this.navigator.plainAsker(this.graph.symbols.internName(parsed?.type ?? ""))
        : this.navigator.usersetAsker(relation)
    if (asker === undefined) throw invalidRequest(`type '${parsed?.type}' not found`)
    this.question.asker = asker
    this.question.asked = this.question.overlay.numberOf(hash < 0 ? user : user.slice(0, hash))
    asker.learnClasses()
    this.#solver.begin()
    return asker
  }

  /** Whether the asked user has the relation on an object. */
  decide(relation: RelationSchema | undefined, object: number): Verdict {
    const { asker } = this.question
    if (relation === undefined || asker === undefined || !asker.reach.has(relation)) return FALSE
    return this.decidePlan(this.navigator.planner.planOf(relation.type, [relation]), object)
  }

  /** Whether what a plan asks holds for the asked user on an object. */
  decidePlan(plan: Plan, object: number): Verdict {
    const { asker } = this.question
    if (asker === undefined) return FALSE
    const view = asker.viewOf(plan)
    return plan.searchable
      ? this.#search.run(this.question, view, object)
      : this.#solver.run(this.question, view, object, 0)
  }

  relationOf(type: string, relation: string): RelationSchema | undefined {
    return this.model.schema.types.get(type)?.get(relation)
  }
}

export function invalidRequest(reason: string): GatehouseError {
  return new GatehouseError("rebac.invalid_request", { details: { reason } })
}
