import { GatehouseError } from "@gatehouse/kernel"
import { PLANNING_BUDGET } from "../limits.ts"
import type { Pieces } from "../pieces.ts"
import type { ModelSchema, RelationSchema, Rewrite } from "./model-schema.ts"

/**
 * What it takes to decide a set of relations of one object at once, as one walk over the object's tuples. Computed relations
 * are folded in, so `can_read: owner or admin or viewer` is one plan, not four. What a walk cannot decide (intersections and
 * exclusions) stands in `rules`; each holds where its own plans, on the same object, say so.
 */
export interface Plan {
  readonly type: string
  /** Relations that holding makes this plan hold: the asked ones, and those folded in. */
  readonly relations: ReadonlySet<RelationSchema>
  /** Relations whose own tuples count. */
  readonly direct: ReadonlySet<RelationSchema>
  /** Relations whose tuples lead on, with the names of the relations to follow on the objects they lead to. */
  readonly tuplesets: ReadonlyMap<RelationSchema, ReadonlySet<string>>
  readonly rules: readonly Rule[]
  /** True where neither this plan nor any that it can lead to holds a rule: then a search suffices. */
  readonly searchable: boolean
}

/** An intersection or an exclusion, on the object whose plan holds it. */
export type Rule =
  | { readonly kind: "intersection"; readonly id: number; readonly operands: () => readonly Plan[] }
  | {
      readonly kind: "exclusion"
      readonly id: number
      readonly base: () => Plan
      readonly subtract: () => Plan
    }

interface Draft {
  readonly relations: Set<RelationSchema>
  readonly direct: Set<RelationSchema>
  readonly tuplesets: Map<RelationSchema, Set<string>>
  readonly rules: Set<Rule>
}

/** Sets of several relations whose plan is remembered by what was asked. Each is some kilobytes at most; a plan is larger. */
const ASKED_SETS_LIMIT = 10_000

/** Makes plans for a model, each once: equal sets of relations share one. */
export class Planner {
  readonly schema: ModelSchema
  readonly #reach: ReadonlySet<RelationSchema> | undefined
  readonly #plans = new Map<string, Plan>()
  /** Plans by what was asked for, for which nothing has to be folded again: a question that was cut goes on where it was. */
  readonly #planOfAsked = new Map<string, Plan>()
  readonly #rules = new Map<Rewrite, Rule>()
  readonly #names = new Map<string, number>()
  readonly #ruled: ReadonlySet<RelationSchema>
  #foldsLeft = PLANNING_BUDGET

  /** `reach`, where it is given, are the relations that can matter to who asks: computed relations outside it are left out. */
  constructor(schema: ModelSchema, ruled: ReadonlySet<RelationSchema>, reach?: ReadonlySet<RelationSchema>) {
    this.schema = schema
    this.#ruled = ruled
    this.#reach = reach
  }

  /** Plans made so far. They are at most as many as sets of relations that tuples lead to together. */
  get size(): number {
    return this.#plans.size
  }

  /** Gives a new question its budget. */
  begin(): void {
    this.#foldsLeft = PLANNING_BUDGET
  }

  /** Rewrites that were folded in for the question under way. */
  get folded(): number {
    return PLANNING_BUDGET - this.#foldsLeft
  }

  /** The plan for "any of these relations" of one type. Throws `rebac.resolution_too_complex` where the budget is used up. */
  planOf(type: string, relations: readonly RelationSchema[]): Plan {
    const asked = relations.map(({ index }) => index).join(",")
    const known = this.#planOfAsked.get(asked)
    if (known !== undefined) return known
    const draft = this.#newDraft()
    this.#foldAll(draft, [...relations])
    const plan = this.#intern(type, draft)
    if (relations.length === 1 || this.#planOfAsked.size < ASKED_SETS_LIMIT)
      this.#planOfAsked.set(asked, plan)
    return plan
  }

  #newDraft(): Draft {
    if (this.#foldsLeft <= 0)
      throw new GatehouseError("rebac.resolution_too_complex", { details: { limit: "steps" } })
    return { relations: new Set(), direct: new Set(), tuplesets: new Map(), rules: new Set() }
  }

  /** The plan for a part of a relation's definition. Throws as `planOf` does. */
  planOfRewrite(owner: RelationSchema, rewrite: Rewrite): Plan {
    const draft = this.#newDraft()
    this.#foldAll(draft, this.#fold(draft, owner, rewrite))
    return this.#intern(owner.type, draft)
  }

  /** Folds relations in, and what they are computed from: one after the other, since there may be thousands in a row. */
  #foldAll(draft: Draft, relations: RelationSchema[]): void {
    for (const relation of relations) {
      if (draft.relations.has(relation)) continue
      draft.relations.add(relation)
      relations.push(...this.#fold(draft, relation, relation.rewrite))
    }
  }

  /** Folds a definition in. Gives the relations that it is computed from besides. */
  #fold(draft: Draft, owner: RelationSchema, rewrite: Rewrite): RelationSchema[] {
    this.#foldsLeft--
    switch (rewrite.kind) {
      case "direct":
        draft.direct.add(owner)
        return []
      case "computed": {
        const relation = this.schema.types.get(owner.type)?.get(rewrite.relation)
        return relation !== undefined && this.#reach?.has(relation) !== false ? [relation] : []
      }
      case "tuple_to_userset": {
        const tupleset = this.schema.types.get(owner.type)?.get(rewrite.tupleset)
        if (tupleset === undefined) return []
        const computed = draft.tuplesets.get(tupleset)
        if (computed === undefined) draft.tuplesets.set(tupleset, new Set([rewrite.computed]))
        else computed.add(rewrite.computed)
        return []
      }
      case "union":
        return rewrite.children.flatMap((child) => this.#fold(draft, owner, child))
      default:
        draft.rules.add(this.#ruleOf(owner, rewrite))
        return []
    }
  }

  #ruleOf(owner: RelationSchema, rewrite: Extract<Rewrite, { kind: "intersection" | "exclusion" }>): Rule {
    const known = this.#rules.get(rewrite)
    if (known !== undefined) return known
    const id = this.#rules.size
    const rule: Rule =
      rewrite.kind === "intersection"
        ? {
            kind: "intersection",
            id,
            operands: once(() => rewrite.children.map((child) => this.planOfRewrite(owner, child))),
          }
        : {
            kind: "exclusion",
            id,
            base: once(() => this.planOfRewrite(owner, rewrite.base)),
            subtract: once(() => this.planOfRewrite(owner, rewrite.subtract)),
          }
    this.#rules.set(rewrite, rule)
    return rule
  }

  #intern(type: string, draft: Draft): Plan {
    const key = this.#keyOf(type, draft)
    const known = this.#plans.get(key)
    if (known !== undefined) return known
    const { relations, direct, tuplesets } = draft
    const rules = [...draft.rules]
    const plan: Plan = {
      type,
      relations,
      direct,
      tuplesets,
      rules,
      searchable: rules.length === 0 && !this.#leadsToRules(direct, tuplesets),
    }
    this.#plans.set(key, plan)
    return plan
  }

  #keyOf(type: string, draft: Draft): string {
    const indexes = (relations: Iterable<RelationSchema>): string =>
      [...relations]
        .map((relation) => relation.index)
        .sort((a, b) => a - b)
        .join(",")
    const tuplesets = [...draft.tuplesets].map(
      ([tupleset, computed]) =>
        `${tupleset.index}:${[...computed]
          .map((name) => this.#numberOf(name))
          .sort((a, b) => a - b)
          .join("+")}`,
    )
    const rules = [...draft.rules].map((rule) => rule.id).sort((a, b) => a - b)
    return `${this.#numberOf(type)}|${indexes(draft.relations)}|${indexes(draft.direct)}|${tuplesets.sort().join(",")}|${rules.join(",")}`
  }

  /** Names in keys are numbers: a name may hold any of the key's own separators. */
  #numberOf(name: string): number {
    const known = this.#names.get(name)
    if (known !== undefined) return known
    const number = this.#names.size
    this.#names.set(name, number)
    return number
  }

  #leadsToRules(
    direct: Iterable<RelationSchema>,
    tuplesets: ReadonlyMap<RelationSchema, ReadonlySet<string>>,
  ): boolean {
    for (const relation of direct)
      if (usersetsOf(this.schema, relation).some((next) => this.#ruled.has(next))) return true
    for (const [tupleset, computed] of tuplesets)
      for (const name of computed)
        if (targetsOf(this.schema, tupleset, name).some((next) => this.#ruled.has(next))) return true
    return false
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}

/** The relations whose usersets a direct relation may be given to. */
export function usersetsOf(schema: ModelSchema, relation: RelationSchema): RelationSchema[] {
  return relation.restrictions.flatMap((one) =>
    one.kind === "userset" ? (schema.types.get(one.type)?.get(one.relation) ?? []) : [],
  )
}

/** The relations that `computed from tupleset` can lead to: types without that relation are passed over. */
export function targetsOf(schema: ModelSchema, tupleset: RelationSchema, computed: string): RelationSchema[] {
  return tupleset.userTypes.flatMap((type) => schema.types.get(type)?.get(computed) ?? [])
}

/** The relations that deciding this one can lead to in one step: computed ones, usersets, and through tuplesets. */
export function successorsOf(
  schema: ModelSchema,
  owner: RelationSchema,
  rewrite: Rewrite = owner.rewrite,
): RelationSchema[] {
  switch (rewrite.kind) {
    case "direct":
      return usersetsOf(schema, owner)
    case "computed": {
      const relation = schema.types.get(owner.type)?.get(rewrite.relation)
      return relation === undefined ? [] : [relation]
    }
    case "tuple_to_userset": {
      const tupleset = schema.types.get(owner.type)?.get(rewrite.tupleset)
      return tupleset === undefined ? [] : targetsOf(schema, tupleset, rewrite.computed)
    }
    case "exclusion":
      return [...successorsOf(schema, owner, rewrite.base), ...successorsOf(schema, owner, rewrite.subtract)]
    default:
      return rewrite.children.flatMap((child) => successorsOf(schema, owner, child))
  }
}

function hasRule(rewrite: Rewrite): boolean {
  if (rewrite.kind === "union") return rewrite.children.some(hasRule)
  return rewrite.kind === "intersection" || rewrite.kind === "exclusion"
}

/** The relations with an intersection or exclusion in their definition, or in one that deciding them can lead to. */
export function relationsWithRules(
  schema: ModelSchema,
  predecessors: ReadonlyMap<RelationSchema, readonly RelationSchema[]>,
): ReadonlySet<RelationSchema> {
  const ruled = schema.relations.filter((relation) => hasRule(relation.rewrite))
  return closure(ruled, predecessors)
}

/** For each relation those that can lead to it in one step. */
export function* predecessorsOf(
  schema: ModelSchema,
): Pieces<ReadonlyMap<RelationSchema, readonly RelationSchema[]>> {
  const predecessors = new Map<RelationSchema, RelationSchema[]>()
  for (const relation of schema.relations) {
    for (const next of successorsOf(schema, relation)) {
      const known = predecessors.get(next)
      if (known === undefined) predecessors.set(next, [relation])
      else known.push(relation)
    }
    yield
  }
  return predecessors
}

/** Everything that can be reached from the given relations along the edges, they included. */
export function closure(
  from: Iterable<RelationSchema>,
  edges: ReadonlyMap<RelationSchema, readonly RelationSchema[]>,
): Set<RelationSchema> {
  const reached = new Set(from)
  for (const relation of reached) for (const next of edges.get(relation) ?? []) reached.add(next)
  return reached
}
