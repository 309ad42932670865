import { GatehouseError } from "@gatehouse/kernel"
import type { CompiledModel } from "../model/compiled-model.ts"
import type { RelationSchema, Rewrite } from "../model/model-schema.ts"
import { validateContext, validateNames } from "../model/validate-tuple.ts"
import type { CheckQuery, QueryContext } from "../queries.ts"
import { parseUser, type RelationshipTuple, type TupleKey, usersetMark } from "../relationship-tuple.ts"
import type { TupleGraph } from "../store/tuple-graph.ts"
import { ContextualTuples, type KnownAsker } from "./contextual-tuples.ts"
import { Question } from "./question.ts"
import { Search } from "./search.ts"
import { Solver } from "./solve.ts"
import { FALSE, type Verdict } from "./verdict.ts"
import { type Asker, Navigator, type View } from "./view.ts"

/** One model over one store, answering one question after the other: what all of the evaluator's operations share. */
export class Session {
  readonly model: CompiledModel
  readonly graph: TupleGraph
  readonly navigator: Navigator
  readonly question: Question
  readonly #contextual: ContextualTuples
  readonly #search = new Search()
  readonly #solver = new Solver()

  constructor(
    model: CompiledModel,
    graph: TupleGraph,
    navigator: Navigator = new Navigator(model, graph.symbols),
  ) {
    this.model = model
    this.graph = graph
    this.navigator = navigator
    this.question = new Question(this.navigator, graph)
    this.#contextual = new ContextualTuples(model, graph.symbols)
  }

  /** Another session, for a question that is left and gone on with while this one answers others. */
  sibling(): Session {
    return new Session(this.model, this.graph, this.navigator)
  }

  /** Answers a check from beginning to end. Throws `rebac.invalid_request` and `rebac.invalid_tuple` for what the model does not know. */
  check(query: CheckQuery): Verdict {
    const { question, graph } = this
    const { user, object } = query
    question.begin(query.context)
    // What a tuple names is well formed, and its type is known by how it begins: most questions need no parsing.
    graph.findBoth(user, object)
    const { first: userNumber, second: objectNumber } = graph.entities.objects
    const asker = userNumber < 0 ? undefined : this.navigator.askerOf(user)
    asker?.planner.begin()
    const view = objectNumber < 0 ? undefined : asker?.rootView(object, query.relation)
    if (asker === undefined || view === undefined) return this.#checkUnknown(query)
    question.asker = asker
    question.asked = userNumber
    const { contextualTuples, context } = query
    if (context !== undefined || (contextualTuples !== undefined && contextualTuples.length > 0))
      this.#lay(query, { user, type: asker.type, number: userNumber })
    asker.learnClasses()
    return view === null ? FALSE : this.#decideView(view, objectNumber)
  }

  /** A check about a user or an object that no tuple names, or of a userset, or that the model does not know at all. */
  #checkUnknown(query: CheckQuery): Verdict {
    const mistake = validateNames(this.model, query)
    if (mistake !== undefined) throw invalidRequest(mistake)
    this.begin(query)
    this.ask(query.user)
    const type = query.object.slice(0, query.object.indexOf(":"))
    return this.decide(this.relationOf(type, query.relation), this.question.overlay.numberOf(query.object))
  }

  /**
   * Starts a question. Throws `rebac.invalid_request` for a context that the wire does not allow, `rebac.invalid_tuple` for a contextual
   * tuple that the model does not.
   */
  begin(query: QueryContext): void {
    this.question.begin(query.context)
    this.#lay(query)
  }

  /**
   * Starts a question as it would be after a change. What it carries was found good when it began as it is, and is not looked at again
   * for each change that is tried; the tuples to add fit the model.
   */
  beginChanged(
    { contextualTuples = [], context }: QueryContext,
    add: readonly RelationshipTuple[],
    remove: readonly TupleKey[],
  ): void {
    const { question, graph } = this
    question.begin(context)
    for (const tuples of [contextualTuples, add]) this.#contextual.layFitting(question.overlay, tuples)
    for (const key of remove) {
      const found = graph.find(key)
      if (found !== undefined) question.overlay.hide(found.object, found.classId, found.user)
    }
  }

  /** Lays the contextual tuples over the store, held to the model as written ones are; and looks at the context. */
  #lay({ contextualTuples, context }: QueryContext, asker?: KnownAsker): void {
    const mistake = context === undefined ? undefined : validateContext(context)
    if (mistake !== undefined) throw invalidRequest(mistake)
    if (contextualTuples !== undefined) this.#contextual.lay(this.question, contextualTuples, asker)
  }

  /** Sets who asks. The user was found to fit the model before. */
  ask(user: string): Asker {
    const { overlay } = this.question
    const hash = usersetMark(user)
    const parsed = parseUser(user)
    const type = parsed?.type ?? ""
    const relation = parsed?.relation === undefined ? undefined : this.relationOf(type, parsed.relation)
    const asker =
      relation === undefined ? this.navigator.plainAsker(type) : this.navigator.usersetAsker(relation)
    if (asker === undefined) throw invalidRequest(`type '${type}' not found`)
    this.question.asker = asker
    this.question.asked = overlay.numberOf(hash < 0 ? user : user.slice(0, hash))
    asker.planner.begin()
    asker.learnClasses()
    this.#solver.begin()
    return asker
  }

  /** Whether the asked user has the relation on an object. */
  decide(relation: RelationSchema | undefined, object: number): Verdict {
    const { asker } = this.question
    if (relation === undefined || asker === undefined) return FALSE
    const view = asker.viewOfRelation(relation)
    return view === undefined ? FALSE : this.#decideView(view, object)
  }

  #decideView(view: View, object: number): Verdict {
    if (view.plan.searchable) return this.#search.run(this.question, view, object)
    if (this.question.visited === 0) this.#solver.begin()
    try {
      return this.#solver.run(this.question, view, object, 0)
    } catch (error) {
      // What was left half decided must not be taken for a ring by whoever goes on with the question.
      this.#solver.begin()
      throw error
    }
  }

  /** Gives the question that was left a new budget. What is known of its nodes is forgotten: memory is bounded as work is. */
  resume(): void {
    this.question.steps = 0
    this.question.asker?.planner.begin()
    this.question.asker?.learnClasses()
    this.question.overlay.forgetHiding()
    this.#solver.begin()
  }

  /** Whether a part of a relation's definition holds for the asked user on an object. */
  decideRewrite(owner: RelationSchema, rewrite: Rewrite, object: number): Verdict {
    const { asker } = this.question
    if (asker === undefined) return FALSE
    return this.#decideView(asker.viewOf(asker.planner.planOfRewrite(owner, rewrite)), object)
  }

  relationOf(type: string, relation: string): RelationSchema | undefined {
    return this.model.schema.types.get(type)?.get(relation)
  }
}

/** The refusal of a question that the model cannot answer. The caller throws it. */
export function invalidRequest(reason: string): GatehouseError {
  return new GatehouseError("rebac.invalid_request", { details: { reason } })
}
