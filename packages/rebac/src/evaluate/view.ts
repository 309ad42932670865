import type { ConditionProgram } from "../condition/condition-program.ts"
import type { CompiledModel } from "../model/compiled-model.ts"
import { type ModelSchema, type RelationSchema, restrictionKey } from "../model/model-schema.ts"
import { closure, type Plan, Planner, type Rule } from "../model/plan.ts"
import { EVERYONE, NO_NAME, type Symbols } from "../store/symbols.ts"

/** The tuple decides where its user is the asked one. */
export const MATCH_SAME = 1
/** The tuple decides: it stands for everyone of the asked user's type. */
export const MATCH_EVERYONE = 2
/** The tuple leads on to the next view. */
export const FOLLOW = 4
/** The tuple leads on to further views besides (only where plans have become too many to be merged). */
export const FOLLOW_MORE = 8
/** Whatever the tuple does, it does it only under its condition. */
export const CONDITIONAL = 16
/** The tuple leads nowhere, but its condition is evaluated with the others': an error in it is an error. */
export const ONLY_CONDITION = 32

/** Plans of one model that may be made by merging. Beyond, relations are followed one by one: slower, and bounded. */
const MERGED_PLANS_LIMIT = 2_000

/**
 * A plan as one kind of asker sees it: for each class of tuples what a tuple of it does. What cannot lead to the asker's type
 * is left out, as OpenFGA leaves it out.
 */
export class View {
  readonly id: number
  readonly plan: Plan
  /** The name id of the type whose objects the view asks about. */
  readonly typeName: number
  /** True where holding the asked userset's own relation is holding this view. */
  readonly includesAsked: boolean
  /** By class id: the bits above; 0 for a class that the model does not allow, or that cannot matter. */
  actions = new Uint8Array(0)
  /** By class id: where a tuple that leads on leads to. */
  readonly next: (View | undefined)[] = []
  readonly more = new Map<number, readonly View[]>()
  readonly rules: readonly ViewRule[]

  constructor(id: number, plan: Plan, typeName: number, includesAsked: boolean, rules: readonly ViewRule[]) {
    this.id = id
    this.plan = plan
    this.typeName = typeName
    this.includesAsked = includesAsked
    this.rules = rules
  }
}

/** How the members of operands make those of a view. Operands load when they are asked for. */
export type ViewRule =
  | { readonly kind: "intersection"; readonly operands: () => readonly View[] }
  | { readonly kind: "exclusion"; readonly base: () => View; readonly subtract: () => View }

/** A type that was asked about: how its ids begin, and the view of each relation asked for; null where it cannot reach this kind. */
interface Roots {
  readonly start: string
  readonly relations: ReadonlyMap<string, RelationSchema>
  readonly views: Map<string, View | null>
}

/** Everything that depends on who asks only by kind: a type (and everyone of it), or a userset's type and relation. */
export class Asker {
  readonly type: string
  /** The asked userset's relation; undefined for a plain user. */
  readonly relation: RelationSchema | undefined
  /** Relations that the model can connect to this kind of user at all. */
  readonly reach: ReadonlySet<RelationSchema>
  readonly views: View[] = []
  readonly planner: Planner
  readonly #navigator: Navigator
  readonly #viewOfPlan = new Map<Plan, View>()
  readonly #roots: Roots[] = []
  /** Views that do not know all classes of tuples. INVARIANT: none of them answers: to it those tuples would not be there. */
  readonly #unlearned = new Set<View>()
  #isLearning = false
  #classesKnown = 0

  constructor(navigator: Navigator, type: string, relation: RelationSchema | undefined) {
    this.#navigator = navigator
    this.type = type
    this.relation = relation
    this.reach = reachOf(navigator.model, type, relation)
    this.planner = new Planner(navigator.schema, navigator.model.ruled, this.reach)
  }

  /**
   * The view of a relation of a well-formed object's type; null where nobody of this kind can ever have it, undefined where the model
   * has no such type or relation.
   */
  rootView(object: string, relation: string): View | null | undefined {
    for (const roots of this.#roots)
      if (object.startsWith(roots.start)) {
        const view = roots.views.get(relation)
        return view === undefined ? this.#makeRoot(roots, relation) : view
      }
    const type = object.slice(0, object.indexOf(":"))
    const relations = this.#navigator.schema.types.get(type)
    if (relations === undefined) return undefined
    const roots = { start: `${type}:`, relations, views: new Map() }
    this.#roots.push(roots)
    return this.#makeRoot(roots, relation)
  }

  /** The view of a relation; undefined where nobody of this kind can ever have it. */
  viewOfRelation(relation: RelationSchema): View | undefined {
    return this.rootView(`${relation.type}:`, relation.name) ?? undefined
  }

  #makeRoot({ relations, views }: Roots, name: string): View | null | undefined {
    const relation = relations.get(name)
    if (relation === undefined) return undefined
    const view = this.reach.has(relation) ? this.viewOf(this.planner.planOf(relation.type, [relation])) : null
    views.set(name, view)
    return view
  }

  /** To be called before a question is answered: classes of tuples may have come since the last one. */
  learnClasses(): void {
    const count = this.#navigator.symbols.classes.first.length
    if (count !== this.#classesKnown) {
      for (const view of this.views) this.#unlearned.add(view)
      this.#classesKnown = count
    }
    if (this.#unlearned.size > 0) this.#learnAll()
  }

  viewOf(plan: Plan): View {
    const known = this.#viewOfPlan.get(plan)
    if (known !== undefined) {
      // The question may be going on after its planning was broken off.
      if (!this.#isLearning && this.#unlearned.has(known)) this.#learnAll()
      return known
    }
    const includesAsked = this.relation !== undefined && plan.relations.has(this.relation)
    const view = new View(
      this.views.length,
      plan,
      this.#navigator.symbols.internName(plan.type),
      includesAsked,
      plan.rules.map((rule) => this.#ruleOf(rule)),
    )
    this.#unlearned.add(view)
    this.views.push(view)
    this.#viewOfPlan.set(plan, view)
    if (!this.#isLearning) this.#learnAll()
    return view
  }

  /** One view after the other, with those that come up meanwhile. Where it is broken off, the next question begins with the rest. */
  #learnAll(): void {
    this.#isLearning = true
    try {
      for (const view of this.#unlearned) {
        this.#learn(view)
        this.#unlearned.delete(view)
      }
    } finally {
      this.#isLearning = false
    }
  }

  #ruleOf(rule: Rule): ViewRule {
    if (rule.kind === "exclusion")
      return {
        kind: "exclusion",
        base: () => this.viewOf(rule.base()),
        subtract: () => this.viewOf(rule.subtract()),
      }
    return { kind: "intersection", operands: () => rule.operands().map((plan) => this.viewOf(plan)) }
  }

  /** Goes over the classes that are new, or over the view's relations, whichever are fewer: both may be thousands. */
  #learn(view: View): void {
    const { direct, tuplesets } = view.plan
    const from = view.actions.length
    const actions = new Uint8Array(this.#classesKnown)
    actions.set(view.actions)
    if (actions.length - from < direct.size + tuplesets.size) {
      for (let classId = from; classId < actions.length; classId++) {
        const relation = this.#navigator.allowedRelation(classId)
        if (relation !== undefined && (direct.has(relation) || tuplesets.has(relation)))
          actions[classId] = this.#actionOf(view, classId, relation)
      }
    } else {
      for (const relation of [...direct, ...tuplesets.keys()])
        for (const classId of this.#navigator.classesOf(relation))
          if (classId >= from && classId < actions.length)
            actions[classId] = this.#actionOf(view, classId, relation)
    }
    view.actions = actions
  }

  #actionOf(view: View, classId: number, relation: RelationSchema): number {
    const { symbols } = this.#navigator
    const userKind = symbols.userKindOf(classId)
    const userType = symbols.name(symbols.userKinds.first[userKind] ?? NO_NAME)
    const userRelation = symbols.userKinds.second[userKind] ?? NO_NAME
    const conditional = symbols.conditionOf(classId) !== NO_NAME
    let action = 0
    if (view.plan.direct.has(relation)) action |= this.#directAction(view, classId, userType, userRelation)
    const computed = view.plan.tuplesets.get(relation)
    if (computed !== undefined) action |= this.#tuplesetAction(view, classId, userType, computed)
    const isUserset = userRelation !== NO_NAME && userRelation !== EVERYONE
    const wouldLead = computed !== undefined || (isUserset && view.plan.direct.has(relation))
    if (conditional && action === 0 && wouldLead) action = ONLY_CONDITION
    return conditional && action !== 0 ? action | CONDITIONAL : action
  }

  #directAction(view: View, classId: number, userType: string, userRelation: number): number {
    if (userRelation === NO_NAME)
      return this.relation === undefined && userType === this.type ? MATCH_SAME : 0
    if (userRelation === EVERYONE)
      return this.relation === undefined && userType === this.type ? MATCH_EVERYONE : 0
    const relation = this.#navigator.schema.types
      .get(userType)
      ?.get(this.#navigator.symbols.name(userRelation))
    return relation === undefined ? 0 : this.#lead(view, classId, userType, [relation])
  }

  #tuplesetAction(view: View, classId: number, userType: string, computed: ReadonlySet<string>): number {
    const relations = this.#navigator.schema.types.get(userType)
    const targets = [...computed].flatMap((name) => relations?.get(name) ?? [])
    return this.#lead(view, classId, userType, targets)
  }

  /** Lets the class lead to the relations that can reach the asker. A tupleset's class may already lead on as a userset: not both. */
  #lead(view: View, classId: number, type: string, relations: readonly RelationSchema[]): number {
    const targets = relations.filter((relation) => this.reach.has(relation))
    if (targets.length === 0) return 0
    const { planner } = this
    if (targets.length === 1 || planner.size < MERGED_PLANS_LIMIT) {
      view.next[classId] = this.viewOf(planner.planOf(type, targets))
      return FOLLOW
    }
    view.more.set(
      classId,
      targets.map((relation) => this.viewOf(planner.planOf(type, [relation]))),
    )
    return FOLLOW_MORE
  }
}

/** Every relation that tuples of this kind of user can end in, directly or through others. */
function reachOf(
  model: CompiledModel,
  type: string,
  relation: RelationSchema | undefined,
): Set<RelationSchema> {
  const start = model.schema.relations.filter((one) =>
    relation === undefined
      ? one.restrictions.some((restriction) => restriction.kind !== "userset" && restriction.type === type)
      : one === relation,
  )
  return closure(start, model.predecessors)
}

/** One model over one store's vocabulary: the askers, the plans, and what the model says of each class of tuples. */
export class Navigator {
  readonly model: CompiledModel
  readonly schema: ModelSchema
  readonly symbols: Symbols
  /** For each type that asked: how its ids begin, and the asker for its plain users. */
  readonly #plainAskers: { readonly start: string; readonly asker: Asker }[] = []
  readonly #usersetAskers = new Map<RelationSchema, Asker>()
  readonly #allowed: (RelationSchema | null)[] = []
  readonly #classesOf = new Map<RelationSchema, number[]>()
  #classesSorted = 0
  readonly #programs: (ConditionProgram | undefined)[] = []

  constructor(model: CompiledModel, symbols: Symbols) {
    this.model = model
    this.schema = model.schema
    this.symbols = symbols
    // The model's own names first, so that every type and relation of it has a number before any tuple names it.
    for (const relation of model.schema.relations) symbols.internName(relation.name)
    for (const type of model.schema.types.keys()) symbols.internName(type)
  }

  /** The asker for a well-formed plain user; undefined where the model has no such type. */
  askerOf(user: string): Asker | undefined {
    for (const known of this.#plainAskers) if (user.startsWith(known.start)) return known.asker
    return this.plainAsker(user.slice(0, user.indexOf(":")))
  }

  /** The asker for plain users of a type; undefined where the model has no such type. */
  plainAsker(type: string): Asker | undefined {
    const start = `${type}:`
    const known = this.#plainAskers.find((one) => one.start === start)
    if (known !== undefined) return known.asker
    if (!this.schema.types.has(type)) return undefined
    const asker = new Asker(this, type, undefined)
    this.#plainAskers.push({ start, asker })
    return asker
  }

  usersetAsker(relation: RelationSchema): Asker {
    const known = this.#usersetAskers.get(relation)
    if (known !== undefined) return known
    const asker = new Asker(this, relation.type, relation)
    this.#usersetAskers.set(relation, asker)
    return asker
  }

  /**
   * The relation of a class of tuples where the model allows exactly this class: the relation's type and name, the user's type and
   * form, the condition. Undefined where tuples of the class count for nothing.
   */
  allowedRelation(classId: number): RelationSchema | undefined {
    const known = this.#allowed[classId]
    if (known !== undefined) return known ?? undefined
    const relation = this.#findAllowedRelation(classId)
    this.#allowed[classId] = relation ?? null
    return relation
  }

  #findAllowedRelation(classId: number): RelationSchema | undefined {
    const { symbols } = this
    const relationKey = symbols.relationKeyOf(classId)
    const userKind = symbols.userKindOf(classId)
    const type = symbols.name(symbols.relationKeys.first[relationKey] ?? NO_NAME)
    const relation = this.schema.types
      .get(type)
      ?.get(symbols.name(symbols.relationKeys.second[relationKey] ?? NO_NAME))
    const userType = symbols.name(symbols.userKinds.first[userKind] ?? NO_NAME)
    const userRelation = symbols.userKinds.second[userKind] ?? NO_NAME
    const isUserset = userRelation !== NO_NAME && userRelation !== EVERYONE
    const key = restrictionKey({
      type: userType,
      kind: isUserset ? "userset" : userRelation === NO_NAME ? "object" : "everyone",
      relation: isUserset ? symbols.name(userRelation) : "",
      condition: symbols.name(symbols.conditionOf(classId)),
    })
    return relation?.restrictionsByKey.has(key) === true ? relation : undefined
  }

  /** The classes of a relation's tuples that count. */
  classesOf(relation: RelationSchema): readonly number[] {
    const count = this.symbols.classes.first.length
    for (; this.#classesSorted < count; this.#classesSorted++) {
      const allowed = this.allowedRelation(this.#classesSorted)
      const known = allowed === undefined ? undefined : this.#classesOf.get(allowed)
      if (known !== undefined) known.push(this.#classesSorted)
      else if (allowed !== undefined) this.#classesOf.set(allowed, [this.#classesSorted])
    }
    return this.#classesOf.get(relation) ?? []
  }

  /** The program of a condition by its name id. */
  programOf(condition: number): ConditionProgram | undefined {
    const known = this.#programs[condition]
    if (known !== undefined) return known
    const program = this.model.conditionProgram(this.symbols.name(condition))
    this.#programs[condition] = program
    return program
  }
}
