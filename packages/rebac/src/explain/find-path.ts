import { isSpent } from "../evaluate/spent.ts"
import { FALSE } from "../evaluate/verdict.ts"
import type { PathStep } from "../explanation.ts"
import type { RelationSchema, Rewrite } from "../model/model-schema.ts"
import type { InspectedTuple, Inspector } from "./inspect.ts"

/** Nodes among which the shortest path is sought; beyond, the path found may not be the shortest. */
const PATH_NODES_LIMIT = 2_000

interface PathNode {
  readonly object: string
  readonly relation: RelationSchema
  /** Steps of the shortest proof known; infinite for none yet. */
  cost: number
}

/**
 * The shortest proof of a question that was found to be allowed, by steps: tuples and rewrites count one each. What branches of an
 * intersection share counts in each of them and stands in the first: written out it could be two to the power of the depth.
 */
export function findPath(
  inspector: Inspector,
  object: string,
  relation: RelationSchema,
): { readonly path: PathStep[]; readonly complete: boolean } {
  return new PathFinder(inspector).find(object, relation)
}

class PathFinder {
  readonly #inspector: Inspector
  readonly #nodes = new Map<string, PathNode>()
  readonly #tuples = new Map<string, InspectedTuple[]>()
  readonly #excluded = new Map<Rewrite, Map<string, boolean>>()
  /** Nodes that the path has proved. */
  readonly #proved = new Set<PathNode>()
  /** Tuples looked at, not yet charged. */
  #looked = 0

  constructor(inspector: Inspector) {
    this.#inspector = inspector
  }

  find(object: string, relation: RelationSchema) {
    this.#nodeOf(object, relation)
    let complete = true
    try {
      this.#settle()
    } catch (error) {
      // What is settled so far is a proof; whether a shorter one lies beside it is not known.
      if (!isSpent(error)) throw error
      complete = false
    }
    return {
      path: this.#proof(object, relation),
      complete: complete && this.#nodes.size < PATH_NODES_LIMIT,
    }
  }

  /**
   * Gives every node its cost. The first pass meets all nodes, what is asked for first; from then on those met last come first: a node's
   * parts are settled before it, and a pass more is only needed where ways lead back.
   */
  #settle(): void {
    let changed = this.#pass(this.#nodes.values())
    while (changed) changed = this.#pass([...this.#nodes.values()].reverse())
  }

  /** Costs only fall; true where one did. */
  #pass(nodes: Iterable<PathNode>): boolean {
    const { question } = this.#inspector.session
    let changed = false
    for (const node of nodes) {
      const cost = this.#isAsked(node) ? 1 : this.#cost(node, node.relation.rewrite)
      question.spend(1 + this.#looked)
      this.#looked = 0
      if (cost >= node.cost) continue
      node.cost = cost
      changed = true
    }
    return changed
  }

  #isAsked({ object, relation }: PathNode): boolean {
    return this.#inspector.user === `${object}#${relation.name}`
  }

  #nodeOf(object: string, relation: RelationSchema): PathNode {
    const key = `${object}#${relation.name}`
    const known = this.#nodes.get(key)
    if (known !== undefined) return known
    const node = { object, relation, cost: Number.POSITIVE_INFINITY }
    if (this.#nodes.size < PATH_NODES_LIMIT) this.#nodes.set(key, node)
    return node
  }

  #tuplesOf(object: string, relation: RelationSchema, asTupleset: boolean): InspectedTuple[] {
    const key = `${object}#${relation.name} ${asTupleset}`
    const known = this.#tuples.get(key)
    if (known !== undefined) {
      this.#looked += known.length
      return known
    }
    const tuples = this.#inspector
      .tuplesOf(object, relation, asTupleset)
      .filter(({ outcome }) => outcome === "true")
    this.#tuples.set(key, tuples)
    return tuples
  }

  /** The node that a tuple leads to, through a userset or through the computed relation of a tupleset. */
  #target(tuple: InspectedTuple, computed: string | undefined): PathNode | undefined {
    const [object = "", through = computed] = tuple.tuple.user.split("#")
    const relation = through === undefined ? undefined : this.#inspector.relationOf(object, through)
    return relation === undefined ? undefined : this.#nodeOf(object, relation)
  }

  #tupleCost(tuple: InspectedTuple, computed: string | undefined): number {
    if (computed === undefined && this.#inspector.matches(tuple.tuple)) return 1
    return 1 + (this.#target(tuple, computed)?.cost ?? Number.POSITIVE_INFINITY)
  }

  #leadingTuples(node: PathNode, rewrite: Rewrite): readonly InspectedTuple[] {
    if (rewrite.kind === "direct") return this.#tuplesOf(node.object, node.relation, false)
    const name = rewrite.kind === "tuple_to_userset" ? rewrite.tupleset : ""
    const tupleset = this.#inspector.relationOf(node.object, name)
    return tupleset === undefined ? [] : this.#tuplesOf(node.object, tupleset, true)
  }

  #cost(node: PathNode, rewrite: Rewrite): number {
    switch (rewrite.kind) {
      case "direct":
      case "tuple_to_userset": {
        const computed = rewrite.kind === "direct" ? undefined : rewrite.computed
        return smallest(this.#leadingTuples(node, rewrite).map((tuple) => this.#tupleCost(tuple, computed)))
      }
      case "computed": {
        const relation = this.#inspector.relationOf(node.object, rewrite.relation)
        return (
          1 + (relation === undefined ? Number.POSITIVE_INFINITY : this.#nodeOf(node.object, relation).cost)
        )
      }
      case "union":
        return smallest(rewrite.children.map((child) => this.#cost(node, child)))
      case "intersection":
        return rewrite.children.reduce((sum, child) => sum + this.#cost(node, child), 0)
      case "exclusion":
        return this.#isExcluded(node, rewrite.subtract)
          ? Number.POSITIVE_INFINITY
          : 1 + this.#cost(node, rewrite.base)
    }
  }

  /** Whether what is subtracted may hold: then this branch proves nothing. */
  #isExcluded(node: PathNode, subtract: Rewrite): boolean {
    const known = this.#excluded.get(subtract) ?? new Map<string, boolean>()
    this.#excluded.set(subtract, known)
    const key = node.object
    const before = known.get(key)
    if (before !== undefined) return before
    const excluded = this.#inspector.verdictOfRewrite(node.object, node.relation, subtract) !== FALSE
    known.set(key, excluded)
    return excluded
  }

  #proof(object: string, relation: RelationSchema): PathStep[] {
    const node = this.#nodeOf(object, relation)
    if (!Number.isFinite(node.cost) || this.#proved.has(node)) return []
    this.#proved.add(node)
    if (this.#isAsked(node)) return [{ kind: "identity", object, relation: relation.name }]
    return this.#proofBy(node, relation.rewrite)
  }

  #proofBy(node: PathNode, rewrite: Rewrite): PathStep[] {
    const { object, relation } = node
    switch (rewrite.kind) {
      case "direct":
      case "tuple_to_userset": {
        const computed = rewrite.kind === "direct" ? undefined : rewrite.computed
        const tuples = this.#leadingTuples(node, rewrite)
        const best = cheapest(tuples, (tuple) => this.#tupleCost(tuple, computed))
        if (best === undefined) return []
        const step: PathStep = { kind: "tuple", tuple: best.tuple, contextual: best.contextual }
        if (computed === undefined && this.#inspector.matches(best.tuple)) return [step]
        const target = this.#target(best, computed)
        return target === undefined ? [step] : [step, ...this.#proof(target.object, target.relation)]
      }
      case "computed": {
        const from = this.#inspector.relationOf(object, rewrite.relation)
        const step: PathStep = { kind: "computed", object, relation: relation.name, from: rewrite.relation }
        return from === undefined ? [step] : [step, ...this.#proof(object, from)]
      }
      case "union": {
        const best = cheapest(rewrite.children, (child) => this.#cost(node, child))
        return best === undefined ? [] : this.#proofBy(node, best)
      }
      case "intersection":
        return rewrite.children.flatMap((child) => this.#proofBy(node, child))
      case "exclusion": {
        const step: PathStep = {
          kind: "not",
          object,
          relation: relation.name,
          excluded: describe(rewrite.subtract),
        }
        return [...this.#proofBy(node, rewrite.base), step]
      }
    }
  }
}

function smallest(costs: readonly number[]): number {
  return costs.reduce((least, cost) => Math.min(least, cost), Number.POSITIVE_INFINITY)
}

function cheapest<Item>(items: readonly Item[], costOf: (item: Item) => number): Item | undefined {
  let best: Item | undefined
  let least = Number.POSITIVE_INFINITY
  for (const item of items) {
    const cost = costOf(item)
    if (cost < least) {
      best = item
      least = cost
    }
  }
  return best
}

/** A rewrite as the model's language writes it. */
export function describe(rewrite: Rewrite): string {
  switch (rewrite.kind) {
    case "direct":
      return "direct"
    case "computed":
      return rewrite.relation
    case "tuple_to_userset":
      return `${rewrite.computed} from ${rewrite.tupleset}`
    case "exclusion":
      return `(${describe(rewrite.base)} but not ${describe(rewrite.subtract)})`
    default:
      return `(${rewrite.children.map(describe).join(rewrite.kind === "union" ? " or " : " and ")})`
  }
}
