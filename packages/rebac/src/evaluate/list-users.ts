import type { ConditionContext } from "../condition/condition-program.ts"
import type { ListUsersAnswer } from "../evaluator.ts"
import { RESOLUTION_DEPTH_LIMIT } from "../limits.ts"
import type { ModelSchema, RelationSchema, Rewrite } from "../model/model-schema.ts"
import { EVERYONE, NO_NAME } from "../store/symbols.ts"
import { isSpent } from "./list-objects.ts"
import { TEMPORARY_FROM } from "./overlay.ts"
import type { Question } from "./question.ts"
import { ERROR, FALSE, TRUE, type Verdict } from "./verdict.ts"
import { VisitedNodes } from "./visited-nodes.ts"

export interface ListUsersParts {
  readonly relation: RelationSchema
  readonly object: number
  readonly filter: { readonly type: string; readonly relation: string | undefined }
  readonly limit: number
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
  readonly sure: boolean
  readonly depth: number
}

/** The users (of the filter's kind) that have the relation and that some tuple on the way names. Throws where one cannot be decided. */
export function listUsers(question: Question, parts: ListUsersParts): ListUsersAnswer {
  const users: string[] = []
  const seen = new Set<string>()
  const search = new UserSearch(question, parts)
  let undecided = false
  try {
    for (const { user, sure } of search.run()) {
      if (seen.has(user)) continue
      seen.add(user)
      const verdict = sure && parts.searchable ? TRUE : parts.decide(user)
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
  if (undecided || search.tooDeep) throw question.failure()
  return { users, complete: true }
}

class UserSearch {
  /** True once something lay deeper than a question may go. */
  tooDeep = false
  readonly #question: Question
  readonly #parts: ListUsersParts
  readonly #schema: ModelSchema
  readonly #visited = new VisitedNodes()
  readonly #sure: Node[] = []
  readonly #unsure: Node[] = []
  readonly #found: { readonly user: string; readonly sure: boolean }[] = []

  constructor(question: Question, parts: ListUsersParts) {
    this.#question = question
    this.#parts = parts
    this.#schema = question.navigator.schema
  }

  /** Candidates, the sure ones first; some may come twice. */
  *run(): IterableIterator<{ readonly user: string; readonly sure: boolean }> {
    const { object, relation } = this.#parts
    this.#push({ object, relation, mode: "named", sure: true, depth: 0 })
    for (const queue of [this.#sure, this.#unsure]) {
      for (let head = 0; head < queue.length; head++) {
        this.#visit(queue[head] as Node)
        yield* this.#found.splice(0)
      }
    }
  }

  #push(node: Node): void {
    ;(node.sure ? this.#sure : this.#unsure).push(node)
  }

  #visit(node: Node): void {
    const { relation } = node
    if (!this.#visited.add(node.object, relation.index * 2 + (node.mode === "named" ? 0 : 1))) return
    this.#question.visited++
    this.#question.spend(1)
    if (node.depth >= RESOLUTION_DEPTH_LIMIT) {
      this.tooDeep = true
      return
    }
    const { filter } = this.#parts
    if (node.mode === "named" && filter.relation === relation.name && filter.type === relation.type)
      this.#found.push({
        user: `${this.#question.overlay.nameOf(node.object)}#${relation.name}`,
        sure: node.sure,
      })
    this.#expand(node, relation.rewrite)
  }

  #expand(node: Node, rewrite: Rewrite): void {
    switch (rewrite.kind) {
      case "direct":
        this.#expandDirect(node)
        return
      case "computed": {
        const relation = this.#schema.types.get(node.relation.type)?.get(rewrite.relation)
        if (relation !== undefined) this.#push({ ...node, relation })
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
    this.#walkObject(node, node.relation, (classId, user, sure) => {
      const userKind = symbols.userKindOf(classId)
      const type = symbols.name(symbols.userKinds.first[userKind] ?? NO_NAME)
      const userRelation = symbols.userKinds.second[userKind] ?? NO_NAME
      if (userRelation === NO_NAME || userRelation === EVERYONE) {
        if (node.mode === "named" && filter.relation === undefined && filter.type === type)
          this.#found.push({ user: this.#question.overlay.nameOf(user), sure })
        return
      }
      const relation = this.#schema.types.get(type)?.get(symbols.name(userRelation))
      if (relation !== undefined) this.#push({ ...node, object: user, relation, sure, depth: node.depth + 1 })
    })
  }

  #expandTupleset(node: Node, tuplesetName: string, computed: string): void {
    const tupleset = this.#schema.types.get(node.relation.type)?.get(tuplesetName)
    if (tupleset === undefined) return
    const { symbols } = this.#question.navigator
    this.#walkObject(node, tupleset, (classId, user, sure) => {
      const type = symbols.name(symbols.userKinds.first[symbols.userKindOf(classId)] ?? NO_NAME)
      const relation = this.#schema.types.get(type)?.get(computed)
      if (relation !== undefined) this.#push({ ...node, object: user, relation, sure, depth: node.depth + 1 })
    })
  }

  /** Calls back for each tuple of the object's relation that counts and whose condition holds, or may. */
  #walkObject(
    node: Node,
    relation: RelationSchema,
    callback: (classId: number, user: number, sure: boolean) => void,
  ): void {
    const { graph, overlay } = this.#question
    const { object } = node
    const overlaid = overlay.mayHaveObject(object)
    const apply = (classId: number, user: number, context: () => ConditionContext | undefined): void => {
      this.#question.spend(1)
      if (this.#question.navigator.allowedRelation(classId) !== relation) return
      if (graph.symbols.conditionOf(classId) === NO_NAME) {
        callback(classId, user, node.sure)
        return
      }
      const holds = this.#question.conditionVerdict(classId, context())
      if (holds !== FALSE) callback(classId, user, node.sure && holds === TRUE)
    }
    if (overlaid)
      for (let index = 0; index < overlay.count; index++)
        if (overlay.objects[index] === object)
          apply(overlay.classes[index] ?? -1, overlay.users[index] ?? -1, () => overlay.contexts[index])
    if (object >= TEMPORARY_FROM) return
    for (const { classId, neighbour } of graph.byObject.entries(object)) {
      if (overlaid && overlay.hides(object, classId, neighbour)) continue
      apply(classId, neighbour, () => graph.contextOf(object, classId, neighbour))
    }
  }
}
