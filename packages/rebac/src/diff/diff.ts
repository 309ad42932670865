import { invalidRequest } from "../evaluate/session.ts"
import { SLICE_MILLISECONDS } from "../limits.ts"
import type { CompiledModel } from "../model/compiled-model.ts"
import { validateContext, validateTuple } from "../model/validate-tuple.ts"
import type { RelationshipTuple } from "../relationship-tuple.ts"
import { createTupleStore } from "../store/tuple-store.ts"
import { Turns } from "../turns.ts"
import { compareRelations, compareText } from "./affected-relations.ts"
import { DIFF_CHANGES_LIMIT, DIFF_TUPLES_LIMIT, DIFF_WORK_BUDGET } from "./limits.ts"
import { type HoldingsQuestion, ModelAnswers, type WorkLeft, WorkSpent } from "./model-answers.ts"
import type {
  AccessChange,
  AccessGroup,
  DiffOptions,
  ModelDiff,
  RefusedTuple,
  RelationName,
  TupleChanges,
  Verdict,
} from "./model-diff.ts"
import { type Universe, universeOf } from "./universe.ts"

/**
 * Who gains and who loses what when a model takes the place of another over the same tuples: for a review before it is applied.
 *
 * It compares everything that the tuples name, for every relation whose answers can differ at all. It asks two lists of objects for each
 * user and such relation, each at the cost of what it finds, not of all objects there are. Where a condition lacks a parameter, each
 * object in question is checked; under an intersection or an exclusion these are all of the type. It lets others run every 20 ms; only
 * taking the tuples in holds the event loop longer, about a second for a million. The order of the result does not depend on that of
 * the tuples.
 *
 * Throws `rebac.invalid_request` for a context that no question may carry.
 */
export async function diff(
  before: CompiledModel,
  after: CompiledModel,
  tuples: Iterable<RelationshipTuple>,
  options: DiffOptions = {},
): Promise<ModelDiff> {
  const mistake = options.context === undefined ? undefined : validateContext(options.context)
  if (mistake !== undefined) throw invalidRequest(mistake)
  const all = [...tuples]
  const universe = universeOf(all)
  const relations = compareRelations(before.schema, after.schema)
  const comparison = new Comparison(before, after, all, universe, options)
  const questions = [...relations.affected, ...relations.added, ...relations.removed]
  await comparison.run(
    questions.sort((a, b) => compareText(a.type, b.type) || compareText(a.relation, b.relation)),
  )
  return {
    types: {
      added: typesBeyond(after, before),
      removed: typesBeyond(before, after),
    },
    relations: { added: relations.added, removed: relations.removed },
    affected: relations.affected,
    groups: comparison.groups,
    counts: comparison.counts,
    tuples: await compareTuples(before, after, all, comparison.turns),
    universe: { users: universe.users.length, objects: universe.objectCount },
    complete: comparison.complete,
  }
}

function typesBeyond(model: CompiledModel, other: CompiledModel): string[] {
  return [...model.schema.types.keys()].filter((type) => !other.schema.types.has(type)).sort(compareText)
}

/** The tuples that one model alone allows, and those that none does. */
async function compareTuples(
  before: CompiledModel,
  after: CompiledModel,
  all: readonly RelationshipTuple[],
  turns: Turns,
): Promise<ModelDiff["tuples"]> {
  const [dropped, revived, ignored] = [new TupleCount(), new TupleCount(), new TupleCount()]
  for (const tuple of all) {
    if (turns.isOver) await turns.next()
    const old = validateTuple(before, tuple)
    const now = validateTuple(after, tuple)
    if (now !== undefined) (old === undefined ? dropped : ignored).add(tuple, now)
    else if (old !== undefined) revived.add(tuple, old)
  }
  return { dropped, revived, ignored }
}

class TupleCount implements TupleChanges {
  readonly tuples: RefusedTuple[] = []
  count = 0

  add(tuple: RelationshipTuple, reason: string): void {
    this.count++
    if (this.tuples.length < DIFF_TUPLES_LIMIT) this.tuples.push({ tuple, reason })
  }
}

/** Both models' answers: over all tuples, and over those that no condition binds. */
interface AnswerPair {
  readonly before: ModelAnswers
  readonly after: ModelAnswers
}

class Comparison implements WorkLeft {
  readonly groups: AccessGroup[] = []
  readonly counts = { gains: 0, losses: 0, undecided: 0 }
  complete = true
  readonly turns = new Turns(SLICE_MILLISECONDS)
  readonly #universe: Universe
  readonly #answers: AnswerPair
  /** Undefined where no tuple has a condition. */
  readonly #unconditional: AnswerPair | undefined
  readonly #changesLimit: number
  #workLeft: number

  constructor(
    before: CompiledModel,
    after: CompiledModel,
    tuples: readonly RelationshipTuple[],
    universe: Universe,
    { context, workBudget = DIFF_WORK_BUDGET, changesLimit = DIFF_CHANGES_LIMIT }: DiffOptions,
  ) {
    this.#universe = universe
    this.#workLeft = workBudget
    this.#changesLimit = changesLimit
    const pair = (writes: readonly RelationshipTuple[]): AnswerPair => {
      const store = createTupleStore()
      store.write({ writes })
      const over = (model: CompiledModel) => new ModelAnswers(model, store, universe, context, this)
      return { before: over(before), after: over(after) }
    }
    this.#answers = pair(tuples)
    const free = tuples.filter(({ condition }) => condition === undefined || condition === null)
    this.#unconditional = free.length === tuples.length ? undefined : pair(free)
  }

  /** Asks everything about the relations, which come in order. */
  async run(relations: readonly RelationName[]): Promise<void> {
    try {
      for (const { type, relation } of relations)
        for (const user of this.#universe.users) {
          await this.#compare({ user, type, relation })
          if (this.turns.isOver) await this.turns.next()
        }
    } catch (error) {
      if (!(error instanceof WorkSpent)) throw error
      this.complete = false
    }
  }

  /** Takes units of the work budget. */
  spend(units: number): void {
    this.#workLeft -= units
    if (this.#workLeft < 0) throw new WorkSpent()
  }

  async #compare(question: HoldingsQuestion): Promise<void> {
    const before = await this.#answers.before.holdings(question)
    const after = await this.#answers.after.holdings(question)
    if (before.size === 0 && after.size === 0) return
    const changes: AccessChange[] = []
    for (const object of [...new Set([...before.keys(), ...after.keys()])].sort(compareText)) {
      if (this.turns.isOver) await this.turns.next()
      const old = before.get(object) ?? "denied"
      const now = after.get(object) ?? "denied"
      if (old === now && old !== "undecided") continue
      const conditional = this.#isConditional(question, object, old, now)
      changes.push({ object, before: old, after: now, conditional })
    }
    if (changes.length > 0) this.#keep(question, changes)
  }

  #isConditional(
    { user, relation }: HoldingsQuestion,
    object: string,
    before: Verdict,
    after: Verdict,
  ): boolean {
    if (this.#unconditional === undefined) return false
    const key = { user, relation, object }
    return this.#unconditional.before.check(key) !== before || this.#unconditional.after.check(key) !== after
  }

  #keep(question: HoldingsQuestion, changes: readonly AccessChange[]): void {
    const group = { ...question, ...sortOut(changes) }
    const kept = this.counts.gains + this.counts.losses + this.counts.undecided
    this.counts.gains += group.gains.length
    this.counts.losses += group.losses.length
    this.counts.undecided += group.undecided.length
    const room = this.#changesLimit - kept
    if (changes.length <= room) this.groups.push(group)
    else {
      this.complete = false
      if (room > 0) this.groups.push({ ...question, ...sortOut(changes.slice(0, room)) })
    }
  }
}

function sortOut(changes: readonly AccessChange[]): Pick<AccessGroup, "gains" | "losses" | "undecided"> {
  const isUndecided = ({ before, after }: AccessChange) => before === "undecided" || after === "undecided"
  const decided = changes.filter((change) => !isUndecided(change))
  return {
    gains: decided.filter(({ after }) => after === "allowed"),
    losses: decided.filter(({ before }) => before === "allowed"),
    undecided: changes.filter(isUndecided),
  }
}
