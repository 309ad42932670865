import { GatehouseError } from "@gatehouse/kernel"
import { expandRelation } from "./evaluate/expand.ts"
import { listObjects } from "./evaluate/list-objects.ts"
import { listUsers } from "./evaluate/list-users.ts"
import { invalidRequest, Session } from "./evaluate/session.ts"
import { ERROR, TRUE } from "./evaluate/verdict.ts"
import type { Evaluator } from "./evaluator.ts"
import { Explainer } from "./explain/explain.ts"
import type { ExplainQuery, Explanation } from "./explanation.ts"
import type { CompiledModel } from "./model/compiled-model.ts"
import type { RelationSchema } from "./model/model-schema.ts"
import { type ReversePlan, reversePlanOf } from "./model/reverse-plan.ts"
import { validateNames, validateObject, validateUser } from "./model/validate-tuple.ts"
import type {
  BatchCheckAnswer,
  CheckAnswer,
  CheckQuery,
  ExpandQuery,
  ListObjectsAnswer,
  ListObjectsQuery,
  ListUsersAnswer,
  ListUsersQuery,
  UsersetTreeNode,
} from "./queries.ts"
import { parseObject } from "./relationship-tuple.ts"
import type { TupleGraph } from "./store/tuple-graph.ts"
import { graphOf, type TupleStore } from "./store/tuple-store.ts"

/**
 * Answers questions about the store's tuples as they are at the moment of the question, under the given model. Making one is
 * cheap, but what it learns about the model's plans makes the questions after the first fast: keep it.
 */
export function createEvaluator(model: CompiledModel, tuples: TupleStore): Evaluator {
  return new GraphEvaluator(model, graphOf(tuples))
}

class GraphEvaluator implements Evaluator {
  readonly #model: CompiledModel
  readonly #session: Session
  #listSession: Session | undefined
  #explainer: Explainer | undefined
  readonly #reversePlans = new Map<RelationSchema, ReversePlan>()

  constructor(model: CompiledModel, graph: TupleGraph) {
    this.#model = model
    this.#session = new Session(model, graph)
  }

  check(query: CheckQuery): CheckAnswer {
    const session = this.#session
    const verdict = session.check(query)
    if (verdict === ERROR) throw session.question.failure()
    return { allowed: verdict === TRUE, visited: session.question.visited }
  }

  *batchCheck(queries: Iterable<CheckQuery>): IterableIterator<BatchCheckAnswer> {
    for (const query of queries) yield this.#checkOne(query)
  }

  #checkOne(query: CheckQuery): BatchCheckAnswer {
    try {
      return this.check(query)
    } catch (error) {
      if (error instanceof GatehouseError) return { allowed: false, error }
      throw error
    }
  }

  listObjects(query: ListObjectsQuery): ListObjectsAnswer {
    // A list that is cut keeps its session for whoever goes on with it.
    this.#listSession ??= this.#session.sibling()
    const session = this.#listSession
    session.begin(query)
    const target = this.#requireRelation(query.type, query.relation)
    const mistake = validateUser(this.#model, query.user)
    if (mistake !== undefined) throw invalidRequest(`invalid 'user' value: ${mistake}`)
    const asker = session.ask(query.user)
    if (!asker.reach.has(target)) return { objects: [], complete: true }
    const answer = listObjects(session, query, target, this.#reversePlan(target))
    if (!answer.complete) this.#listSession = undefined
    return answer
  }

  listUsers(query: ListUsersQuery): ListUsersAnswer {
    const session = this.#session
    session.begin(query)
    const { type, relation: filterRelation } = query.filter
    const { navigator } = session
    const userset = filterRelation === undefined ? undefined : this.#requireRelation(type, filterRelation)
    const asker = userset === undefined ? navigator.plainAsker(type) : navigator.usersetAsker(userset)
    if (asker === undefined) throw typeNotFound(type)
    const object = parseObject(query.object)
    if (object === undefined) throw invalidRequest("invalid 'object' field format")
    const relation = this.#requireRelation(object.type, query.relation)
    const mistake = validateObject(this.#model, query.object)
    if (mistake !== undefined) throw invalidRequest(mistake)
    const number = session.question.overlay.numberOf(query.object)
    return listUsers(session.question, {
      relation,
      object: number,
      filter: { type, relation: filterRelation },
      limit: query.limit ?? Number.POSITIVE_INFINITY,
      reach: asker.reach,
      searchable: !this.#model.ruled.has(relation),
      decide: (user) => {
        session.ask(user)
        return session.decide(relation, number)
      },
    })
  }

  expand(query: ExpandQuery): { readonly root: UsersetTreeNode } {
    this.#session.begin(query)
    const mistake = validateObject(this.#model, query.object)
    if (mistake !== undefined) throw invalidRequest(mistake)
    const relation = this.#relationOf(query.object, query.relation)
    const type = parseObject(query.object)?.type
    if (relation === undefined) throw invalidRequest(`relation '${type}#${query.relation}' not found`)
    return { root: expandRelation(this.#session.question, query.object, relation) }
  }

  explain(query: ExplainQuery): Explanation {
    const mistake = validateNames(this.#model, query)
    if (mistake !== undefined) throw invalidRequest(mistake)
    this.#explainer ??= new Explainer(this.#session)
    return this.#explainer.explain(query)
  }

  #reversePlan(target: RelationSchema): ReversePlan {
    const known = this.#reversePlans.get(target)
    if (known !== undefined) return known
    const plan = reversePlanOf(this.#model, [target])
    this.#reversePlans.set(target, plan)
    return plan
  }

  #relationOf(object: string, relation: string): RelationSchema | undefined {
    return this.#session.relationOf(parseObject(object)?.type ?? "", relation)
  }

  #requireRelation(type: string, relation: string): RelationSchema {
    if (!this.#model.schema.types.has(type)) throw typeNotFound(type)
    const found = this.#session.relationOf(type, relation)
    if (found !== undefined) return found
    throw new GatehouseError("rebac.relation_not_found", {
      details: { reason: `relation '${type}#${relation}' not found` },
    })
  }
}

function typeNotFound(type: string): GatehouseError {
  return new GatehouseError("rebac.type_not_found", { details: { reason: `type '${type}' not found` } })
}
