import type { ConditionContext } from "../condition/condition-program.ts"
import type { ListUsersAnswer } from "../evaluator.ts"
import { RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import type { ModelSchema, RelationSchema, Rewrite } from "../model/model-schema.ts"
import { EVERYONE, NO_NAME } from "../store/symbols.ts"
import { isSpent } from "./list-objects.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"
import { ERROR, TRUE, type Verdict } from "./verdict.ts"
import { VisitedNodes } from "./visited-nodes.ts"

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
  let undecided = false
  try {
    for (const user of search.run()) {
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
  readonly #found: string[] = []

  constructor(question: Question, parts: ListUsersParts) {
    this.#question = question
    this.#parts = parts
    this.#schema = question.navigator.schema
  }

  /** Candidates; some may come twice. */
  *run(): IterableIterator<string> {
    const { object, relation } = this.#parts
    this.#nodes.push({ object, relation, mode: "named", depth: 0 })
    for (let head = 0; head < this.#nodes.length; head++) {
      this.#visit(this.#nodes[head] as Node)
      yield* this.#found.splice(0)
    }
  }

  #visit(node: Node): void {
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
      this.#found.push(`${this.#question.overlay.nameOf(node.object)}#${relation.name}`)
    this.#expand(node, relation.rewrite)
  }

  #expand(node: Node, rewrite: Rewrite): void {
    switch (rewrite.kind) {
      case "direct":
        this.#expandDirect(node)
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
        this.#expand(node, rewrite.base)
        this.#expand({ ...node, mode: node.mode === "named" ? "excluded" : "named" }, rewrite.subtract)
        return
      default:
        // OpenFGA forgets under a union or an intersection who was excluded inside it.
        if (node.mode === "named") for (const child of rewrite.children) this.#expand(node, child)
    }
  }

  #expandDirect(node: Node): void {
    const { filter } = this.#parts
    const { symbols } = this.#question.navigator
    this.#walkObject(node, node.relation, (classId, user) => {
      const userKind = symbols.userKindOf(classId)
      const type = symbols.name(symbols.userKinds.first[userKind] ?? NO_NAME)
      const userRelation = symbols.userKinds.second[userKind] ?? NO_NAME
      if (userRelation === NO_NAME || userRelation === EVERYONE) {
        if (node.mode === "named" && filter.relation === undefined && filter.type === type)
          this.#found.push(this.#question.overlay.nameOf(user))
        return
      }
      const relation = this.#schema.types.get(type)?.get(symbols.name(userRelation))
      if (relation !== undefined) this.#nodes.push({ ...node, object: user, relation, depth: node.depth + 1 })
    })
  }

  #expandTupleset(node: Node, tuplesetName: string, computed: string): void {
    const tupleset = this.#schema.types.get(node.relation.type)?.get(tuplesetName)
    if (tupleset === undefined) return
    const { symbols } = this.#question.navigator
    this.#walkObject(node, tupleset, (classId, user) => {
      const type = symbols.name(symbols.userKinds.first[symbols.userKindOf(classId)] ?? NO_NAME)
      const relation = this.#schema.types.get(type)?.get(computed)
      if (relation !== undefined) this.#nodes.push({ ...node, object: user, relation, depth: node.depth + 1 })
    })
  }

  /** Calls back for each tuple of the object's relation that counts and whose condition holds. */
  #walkObject(node: Node, relation: RelationSchema, callback: (classId: number, user: number) => void): void {
    const { graph, overlay } = this.#question
    const { object } = node
    const apply = (classId: number, user: number, context: () => ConditionContext | undefined): void => {
      this.#question.spend(1)
      if (this.#question.navigator.allowedRelation(classId) !== relation) return
      if (graph.symbols.conditionOf(classId) === NO_NAME) {
        callback(classId, user)
        return
      }
      const holds = this.#question.conditionVerdict(object, classId, user, context())
      if (holds === ERROR) this.undecided = true
      if (holds === TRUE) callback(classId, user)
    }
    for (const index of overlay.ofObject(object))
      apply(overlay.classes[index] ?? -1, overlay.userOf(index), () => overlay.contextOf(index))
    if (object >= TEMPORARY_FROM) return
    for (const { classId, neighbour } of graph.byObject.entries(object)) {
      if (overlay.hides(object, classId, neighbour)) continue
      apply(classId, neighbour, () => graph.contextOf(object, classId, neighbour))
    }
  }
}
