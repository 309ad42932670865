import { GatehouseError } from "@gatehouse/kernel"
import { expandRelation } from "./evaluate/expand.ts"
import { listObjects } from "./evaluate/list-objects.ts"
import { listUsers } from "./evaluate/list-users.ts"
import { Question } from "./evaluate/question.ts"
import { Search } from "./evaluate/search.ts"
import { Solver } from "./evaluate/solve.ts"
import { ERROR, FALSE, TRUE, type Verdict } from "./evaluate/verdict.ts"
import { type Asker, Navigator, type View } from "./evaluate/view.ts"
import type {
  CheckAnswer,
  CheckQuery,
  Evaluator,
  ExpandQuery,
  ListObjectsAnswer,
  ListObjectsQuery,
  ListUsersAnswer,
  ListUsersQuery,
  QueryContext,
  UsersetTreeNode,
} from "./evaluator.ts"
import type { ExplainQuery, Explanation } from "./explanation.ts"
import type { CompiledModel } from "./model/compiled-model.ts"
import type { RelationSchema } from "./model/model-schema.ts"
import { type ReversePlan, reversePlanOf } from "./model/reverse-plan.ts"
import { validateContext, validateNames, validateTuple, validateUser } from "./model/validate-tuple.ts"
import {
  isWildcard,
  parseObject,
  parseUser,
  type RelationshipTuple,
  usersetMark,
} from "./relationship-tuple.ts"
import { EVERYONE, NO_NAME } from "./store/symbols.ts"
import type { TupleGraph } from "./store/tuple-graph.ts"
import { graphOf, type TupleStore } from "./store/tuple-store.ts"

/** Answers questions about the store's tuples as they are at the moment of the question, under the given model. */
export function createEvaluator(model: CompiledModel, tuples: TupleStore): Evaluator {
  return new GraphEvaluator(model, graphOf(tuples))
}

class GraphEvaluator implements Evaluator {
  readonly #model: CompiledModel
  readonly #graph: TupleGraph
  readonly #navigator: Navigator
  readonly #question: Question
  readonly #search = new Search()
  readonly #solver = new Solver()
  readonly #reversePlans = new Map<RelationSchema, ReversePlan>()

  constructor(model: CompiledModel, graph: TupleGraph) {
    this.#model = model
    this.#graph = graph
    this.#navigator = new Navigator(model, graph.symbols)
    this.#question = new Question(this.#navigator, graph)
  }

  check(query: CheckQuery): CheckAnswer {
    const mistake = validateNames(this.#model, query)
    if (mistake !== undefined) throw invalidRequest(mistake)
    this.#begin(query)
    this.#ask(query.user)
    const verdict = this.#decide(this.#relationOf(query.object, query.relation), this.#numberOf(query.object))
    if (verdict === ERROR) throw this.#question.failure()
    return { allowed: verdict === TRUE, visited: this.#question.visited }
  }

  listObjects(query: ListObjectsQuery): ListObjectsAnswer {
    this.#begin(query)
    const target = this.#requireRelation(query.type, query.relation)
    const mistake = validateUser(this.#model, query.user)
    if (mistake !== undefined) throw invalidRequest(`invalid 'user' value: ${mistake}`)
    const asker = this.#ask(query.user)
    if (!asker.reach.has(target)) return { objects: [], complete: true }
    return listObjects(this.#question, {
      target,
      plan: this.#reversePlan(target),
      limit: query.limit ?? Number.POSITIVE_INFINITY,
      decide: (object) => this.#decide(target, object),
    })
  }

  listUsers(query: ListUsersQuery): ListUsersAnswer {
    this.#begin(query)
    const { type, relation: filterRelation } = query.filter
    if (!this.#model.schema.types.has(type)) throw typeNotFound(type)
    if (filterRelation !== undefined) this.#requireRelation(type, filterRelation)
    const object = parseObject(query.object)
    if (object === undefined || isWildcard(query.object))
      throw invalidRequest("invalid 'object' field format")
    const relation = this.#requireRelation(object.type, query.relation)
    const number = this.#numberOf(query.object)
    const plan = this.#navigator.planner.planOf(relation.type, [relation])
    return listUsers(this.#question, {
      relation,
      object: number,
      filter: { type, relation: filterRelation },
      limit: query.limit ?? Number.POSITIVE_INFINITY,
      searchable: plan.searchable,
      decide: (user) => {
        this.#ask(user)
        return this.#decide(relation, number)
      },
    })
  }

  expand(query: ExpandQuery): { readonly root: UsersetTreeNode } {
    this.#begin(query)
    const mistake = validateNames(this.#model, { ...query, user: "" })
    const relation = this.#relationOf(query.object, query.relation)
    if (relation === undefined) throw invalidRequest(mistake ?? "")
    return { root: expandRelation(this.#question, query.object, relation) }
  }

  explain(_query: ExplainQuery): Explanation {
    throw new GatehouseError("rebac.invalid_request")
  }

  /** Starts a question: its contextual tuples are held to the model as written ones are, its context to what the wire allows. */
  #begin(query: QueryContext): void {
    const question = this.#question
    question.begin(query.context)
    this.#solver.begin()
    const mistake = query.context === undefined ? undefined : validateContext(query.context)
    if (mistake !== undefined) throw invalidRequest(mistake)
    for (const tuple of query.contextualTuples ?? []) this.#lay(tuple)
  }

  #lay(tuple: RelationshipTuple): void {
    const reason = validateTuple(this.#model, tuple)
    if (reason !== undefined) throw new GatehouseError("rebac.invalid_tuple", { details: { reason } })
    this.#question.overlay.add(tuple, this.#classOf(tuple))
  }

  #classOf(tuple: RelationshipTuple): number {
    const { symbols } = this.#graph
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
  #ask(user: string): Asker {
    const parsed = parseUser(user)
    const hash = usersetMark(user)
    const relation =
      parsed?.relation === undefined
        ? undefined
        : this.#model.schema.types.get(parsed.type)?.get(parsed.relation)
    const asker =
      relation === undefined
        ? this.#navigator.plainAsker(this.#graph.symbols.internName(parsed?.type ?? ""))
        : this.#navigator.usersetAsker(relation)
    if (asker === undefined) throw invalidRequest(`type '${parsed?.type}' not found`)
    this.#question.asker = asker
    this.#question.asked = this.#numberOf(hash < 0 ? user : user.slice(0, hash))
    asker.learnClasses()
    this.#solver.begin()
    return asker
  }

  #decide(relation: RelationSchema | undefined, object: number): Verdict {
    const { asker } = this.#question
    if (relation === undefined || asker === undefined || !asker.reach.has(relation)) return FALSE
    const view: View = asker.viewOf(this.#navigator.planner.planOf(relation.type, [relation]))
    return view.plan.searchable
      ? this.#search.run(this.#question, view, object, 0)
      : this.#solver.run(this.#question, view, object, 0)
  }

  #reversePlan(target: RelationSchema): ReversePlan {
    const known = this.#reversePlans.get(target)
    if (known !== undefined) return known
    const plan = reversePlanOf(this.#model, target)
    this.#reversePlans.set(target, plan)
    return plan
  }

  #numberOf(object: string): number {
    return this.#question.overlay.numberOf(object)
  }

  #relationOf(object: string, relation: string): RelationSchema | undefined {
    return this.#model.schema.types.get(parseObject(object)?.type ?? "")?.get(relation)
  }

  #requireRelation(type: string, relation: string): RelationSchema {
    const relations = this.#model.schema.types.get(type)
    if (relations === undefined) throw typeNotFound(type)
    const found = relations.get(relation)
    if (found !== undefined) return found
    throw new GatehouseError("rebac.relation_not_found", {
      details: { reason: `relation '${type}#${relation}' not found` },
    })
  }
}

function invalidRequest(reason: string): GatehouseError {
  return new GatehouseError("rebac.invalid_request", { details: { reason } })
}

function typeNotFound(type: string): GatehouseError {
  return new GatehouseError("rebac.type_not_found", { details: { reason: `type '${type}' not found` } })
}
