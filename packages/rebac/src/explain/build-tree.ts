import { isSpent } from "../evaluate/spent.ts"
import { both, ERROR, either, FALSE, negated, TRUE, type Verdict } from "../evaluate/verdict.ts"
import type { TriedNode } from "../explanation.ts"
import { EXPLANATION_NODES_LIMIT } from "../limits.ts"
import type { RelationSchema, Rewrite } from "../model/model-schema.ts"
import { type InspectedTuple, type Inspector, outcomeOf } from "./inspect.ts"

interface Built {
  readonly node: TriedNode
  readonly verdict: Verdict
}

/** What was tried for a question, as far down as it could have been decided. A part met before stands cut; its outcome does not. */
export class TreeBuilder {
  readonly #inspector: Inspector
  readonly #seen = new Set<string>()
  #nodes = 0
  #complete = true

  constructor(inspector: Inspector) {
    this.#inspector = inspector
  }

  /** What was tried for a question whose verdict is known. Not `complete` where it was cut for size or for work. */
  build(
    object: string,
    relation: RelationSchema,
    verdict: Verdict,
  ): { readonly tree: TriedNode; readonly complete: boolean } {
    const { node } = this.#relation(object, relation, verdict)
    return { tree: node, complete: this.#complete }
  }

  /** A relation's part of the tree. Where the budget does not suffice to tell what it comes to, that counts as an error. */
  #relation(object: string, relation: RelationSchema, known?: Verdict): Built {
    const key = `${object}#${relation.name}`
    let verdict = known
    try {
      verdict ??= this.#inspector.verdictOf(object, relation)
      if (this.#nodes >= EXPLANATION_NODES_LIMIT) this.#complete = false
      else if (!this.#seen.has(key)) {
        this.#seen.add(key)
        const { node } = this.#rewrite(object, relation, relation.rewrite)
        return { node: { ...node, outcome: outcomeOf(verdict) }, verdict }
      }
    } catch (error) {
      if (!isSpent(error)) throw error
      this.#complete = false
    }
    verdict ??= ERROR
    const rule = ruleOf(relation.rewrite)
    return {
      node: { rule, object, relation: relation.name, outcome: outcomeOf(verdict), cut: true },
      verdict,
    }
  }

  #rewrite(object: string, owner: RelationSchema, rewrite: Rewrite): Built {
    this.#nodes++
    const at = { rule: ruleOf(rewrite), object, relation: owner.name }
    const inside = (child: Rewrite): Built => this.#rewrite(object, owner, child)
    switch (rewrite.kind) {
      case "direct":
        return this.#direct(object, owner)
      case "tuple_to_userset":
        return this.#tupleToUserset(object, owner, rewrite.tupleset, rewrite.computed)
      case "computed": {
        const relation = this.#inspector.relationOf(object, rewrite.relation)
        const children = relation === undefined ? [] : [this.#relation(object, relation)]
        return combined(at, children[0]?.verdict ?? FALSE, children)
      }
      case "exclusion": {
        const [base, subtract] = [inside(rewrite.base), inside(rewrite.subtract)]
        return combined(at, both(base.verdict, negated(subtract.verdict)), [base, subtract])
      }
      default: {
        const children = rewrite.children.map(inside)
        const verdicts = children.map(({ verdict }) => verdict)
        const verdict =
          rewrite.kind === "union" ? verdicts.reduce(either, FALSE) : verdicts.reduce(both, TRUE)
        return combined(at, verdict, children)
      }
    }
  }

  /** Of a direct relation's tuples those are shown that are about the user or lead on: the rest decides nothing. */
  #direct(object: string, owner: RelationSchema): Built {
    const inspector = this.#inspector
    const tuples: InspectedTuple[] = []
    const children: TriedNode[] = []
    let verdict: Verdict = FALSE
    for (const one of inspector.tuplesOf(object, owner, false)) {
      const [userset = "", through] = one.tuple.user.split("#")
      const relation = through === undefined ? undefined : inspector.relationOf(userset, through)
      if (inspector.matches(one.tuple)) verdict = either(verdict, verdictOf(one))
      else if (relation === undefined || this.#cannotReach(relation)) continue
      tuples.push(one)
      if (relation === undefined || one.outcome === "false") continue
      const built = this.#relation(userset, relation)
      verdict = either(verdict, one.outcome === "error" ? ERROR : built.verdict)
      children.push(built.node)
    }
    const node = { rule: "direct" as const, object, relation: owner.name, outcome: outcomeOf(verdict) }
    return { node: { ...node, tuples: tuples.map(shown), children }, verdict }
  }

  #tupleToUserset(object: string, owner: RelationSchema, tuplesetName: string, computed: string): Built {
    const inspector = this.#inspector
    const tupleset = inspector.relationOf(object, tuplesetName)
    const tuples: InspectedTuple[] = []
    const children: TriedNode[] = []
    let verdict: Verdict = FALSE
    for (const one of tupleset === undefined ? [] : inspector.tuplesOf(object, tupleset, true)) {
      const relation = inspector.relationOf(one.tuple.user, computed)
      if (relation === undefined || this.#cannotReach(relation)) continue
      tuples.push(one)
      if (one.outcome === "false") continue
      const built = this.#relation(one.tuple.user, relation)
      verdict = either(verdict, one.outcome === "error" ? ERROR : built.verdict)
      children.push(built.node)
    }
    const node = {
      rule: "tuple_to_userset" as const,
      object,
      relation: owner.name,
      outcome: outcomeOf(verdict),
    }
    return { node: { ...node, tuples: tuples.map(shown), children }, verdict }
  }

  #cannotReach(relation: RelationSchema): boolean {
    return this.#inspector.session.question.asker?.reach.has(relation) !== true
  }
}

function ruleOf(rewrite: Rewrite): TriedNode["rule"] {
  return rewrite.kind
}

function combined(at: Omit<TriedNode, "outcome">, verdict: Verdict, children: readonly Built[]): Built {
  return { node: { ...at, outcome: outcomeOf(verdict), children: children.map(({ node }) => node) }, verdict }
}

function verdictOf({ outcome }: InspectedTuple): Verdict {
  return outcome === "true" ? TRUE : outcome === "false" ? FALSE : ERROR
}

function shown({ tuple, contextual, condition }: InspectedTuple) {
  return condition === undefined ? { tuple, contextual } : { tuple, contextual, condition }
}
