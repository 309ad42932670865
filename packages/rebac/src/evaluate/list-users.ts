import { LIST_STEP_BUDGET, RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import type { ModelSchema, RelationSchema, Rewrite } from "../model/model-schema.ts"
import type { ListUsersAnswer } from "../queries.ts"
import { EVERYONE, NO_NAME } from "../store/symbols.ts"
import { type ObjectTuple, objectTuples } from "./object-tuples.ts"
import type { Question } from "./question.ts"
import { isSpent } from "./spent.ts"
import { ERROR, TRUE, type Verdict } from "./verdict.ts"
import { VisitedNodes } from "./visited-nodes.ts"

/** Steps charged for a user found: its name is put together and kept. */
const USER_STEPS = 3

/** A question for users with its names resolved. */
export interface ListUsersParts {
  readonly relation: RelationSchema
  readonly object: number
  readonly filter: { readonly type: string; readonly relation: string | undefined }
  readonly limit: number
  /** The relations that users of the filter's kind can have at all. */
  readonly reach: ReadonlySet<RelationSchema>
  /** True where the search alone decides: no intersection and no exclusion anywhere below. */
  readonly searchable: boolean
  /** Decides one user that the search could not decide alone. */
  readonly decide: (user: string) => Verdict
}

/**
 * How a node is looked at: for the users it names, or, under a subtraction, for those that it names as excluded. The latter are users
 * after all where everyone is a user of the base: OpenFGA lists them.
 */
type Mode = "named" | "excluded"

interface Node {
  readonly object: number
  readonly relation: RelationSchema
  readonly mode: Mode
  readonly depth: number
}

/** The users (of the filter's kind) that have the relation and that some tuple on the way names. Throws where one cannot be decided. */
export function listUsers(question: Question, parts: ListUsersParts): ListUsersAnswer {
  const users: string[] = []
  const seen = new Set<string>()
  const search = new UserSearch(question, parts)
  question.budget = LIST_STEP_BUDGET
  let undecided = false
  try {
    for (const user of search.run()) {
      question.spend(USER_STEPS)
      if (seen.has(user)) continue
      seen.add(user)
      const verdict = parts.searchable ? TRUE : parts.decide(user)
      if (verdict === ERROR) undecided = true
      if (verdict !== TRUE) continue
      if (users.length === parts.limit) return { users, complete: false }
      users.push(user)
    }
  } catch (error) {
    if (isSpent(error)) return { users, complete: false }
    throw error
  }
  if (search.tooDeep) question.exceededDepth = true
  if (undecided || search.undecided || search.tooDeep) throw question.failure()
  return { users, complete: true }
}

class UserSearch {
  /** True once something lay deeper than a question may go. */
  tooDeep = false
  /** True once a condition on the way could not be evaluated. */
  undecided = false
  readonly #question: Question
  readonly #parts: ListUsersParts
  readonly #schema: ModelSchema
  readonly #visited = new VisitedNodes()
  readonly #nodes: Node[] = []

  constructor(question: Question, parts: ListUsersParts) {
    this.#question = question
    this.#parts = parts
    this.#schema = question.navigator.schema
  }

  /** Candidates; some may come twice. */
  *run(): IterableIterator<string> {
    const { object, relation } = this.#parts
    this.#nodes.push({ object, relation, mode: "named", depth: 0 })
    for (let head = 0; head < this.#nodes.length; head++) yield* this.#visit(this.#nodes[head] as Node)
  }

  *#visit(node: Node): IterableIterator<string> {
    const { relation } = node
    if (!this.#parts.reach.has(relation)) return
    if (!this.#visited.add(node.object, relation.index * 2 + (node.mode === "named" ? 0 : 1))) return
    this.#question.visit()
    if (node.depth >= RESOLUTION_DEPTH_LIMIT) {
      this.tooDeep = true
      return
    }
    const { filter } = this.#parts
    if (node.mode === "named" && filter.relation === relation.name && filter.type === relation.type)
      yield `${this.#question.overlay.nameOf(node.object)}#${relation.name}`
    yield* this.#expand(node, relation.rewrite)
  }

  *#expand(node: Node, rewrite: Rewrite): IterableIterator<string> {
    switch (rewrite.kind) {
      case "direct":
        yield* this.#expandDirect(node)
        return
      case "computed": {
        const relation = this.#schema.types.get(node.relation.type)?.get(rewrite.relation)
        if (relation !== undefined) this.#nodes.push({ ...node, relation })
        return
      }
      case "tuple_to_userset":
        this.#expandTupleset(node, rewrite.tupleset, rewrite.computed)
        return
      case "exclusion":
        yield* this.#expand(node, rewrite.base)
        yield* this.#expand({ ...node, mode: node.mode === "named" ? "excluded" : "named" }, rewrite.subtract)
        return
      default:
        // OpenFGA forgets under a union or an intersection who was excluded inside it.
        if (node.mode === "named") for (const child of rewrite.children) yield* this.#expand(node, child)
    }
  }

  *#expandDirect(node: Node): IterableIterator<string> {
    const { filter } = this.#parts
    const { symbols } = this.#question.navigator
    for (const { classId, user } of this.#holdingTuples(node.object, node.relation)) {
      const type = symbols.name(symbols.userTypeOf(classId))
      const userRelation = symbols.userKinds.second[symbols.userKindOf(classId)] ?? NO_NAME
      if (userRelation === NO_NAME || userRelation === EVERYONE) {
        if (node.mode === "named" && filter.relation === undefined && filter.type === type)
          yield this.#question.overlay.nameOf(user)
      } else this.#push(node, user, type, symbols.name(userRelation))
    }
  }

  #expandTupleset(node: Node, tuplesetName: string, computed: string): void {
    const tupleset = this.#schema.types.get(node.relation.type)?.get(tuplesetName)
    if (tupleset === undefined) return
    const { symbols } = this.#question.navigator
    for (const { classId, user } of this.#holdingTuples(node.object, tupleset))
      this.#push(node, user, symbols.name(symbols.userTypeOf(classId)), computed)
  }

  #push(node: Node, object: number, type: string, relationName: string): void {
    const relation = this.#schema.types.get(type)?.get(relationName)
    if (relation !== undefined) this.#nodes.push({ ...node, object, relation, depth: node.depth + 1 })
  }

  /** The tuples of the object's relation that count and whose condition holds. */
  *#holdingTuples(object: number, relation: RelationSchema): IterableIterator<ObjectTuple> {
    for (const tuple of objectTuples(this.#question, object, relation)) {
      const { classId, user, context } = tuple
      if (this.#question.graph.symbols.conditionOf(classId) !== NO_NAME) {
        const verdict = this.#question.conditionVerdict(object, classId, user, context)
        if (verdict === ERROR) this.undecided = true
        if (verdict !== TRUE) continue
      }
      yield tuple
    }
  }
}
