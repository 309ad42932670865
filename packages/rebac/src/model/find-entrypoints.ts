import { MODEL_TYPES_LIMIT } from "../limits.ts"
import type { Pieces } from "../pieces.ts"
import { leavesOf, type ModelSchema, type RelationSchema, type Rewrite } from "./model-schema.ts"

/**
 * Whether a relation can ever be given to someone; `loop` where it leads back to itself by computed relations alone; `undefined` where
 * a relation on the way does not exist.
 */
export type Entrypoints =
  | { readonly kind: "found" | "none" | "loop" }
  | { readonly kind: "undefined"; readonly type: string; readonly relation: string }

type Outcome = readonly [found: boolean, loop: boolean]

/** For each type the relations passed on the way, and whether each was found to be assignable. */
type Passed = Map<string, Map<string, boolean>>

/** Definitions looked at inside of each other. Deeper ones count as too tangled too: V8's stack is in danger. */
const SEARCH_DEPTH_LIMIT = 600

/** Restrictions passed over that cost a step together: as many as OpenFGA allows types, so that a list without repetitions costs none. */
const PASSED_OVER_PER_STEP = MODEL_TYPES_LIMIT
/** Steps after which others may have their turn: a millisecond or a few. */
const STEPS_PER_PIECE = 4_000

/**
 * Steps that the relations of a model have together, about a second's worth. Where they do not suffice, a definition counts as too
 * tangled to have entrypoints; OpenFGA's server would take minutes over it.
 */
export class EntrypointSteps {
  #left = 1_000_000;

  /** False once there are no more. */
  *take(): Pieces<boolean> {
    this.#left--
    if (this.#left % STEPS_PER_PIECE === 0) yield
    return this.#left >= 0
  }
}

/**
 * Asks of a relation what OpenFGA asks (`hasEntrypoints` of 1.22.1): of a union that one operand leads to somebody, of an
 * intersection and of an exclusion that each does. Its bookkeeping is followed to the letter, because it also refuses some models
 * that would make sense: what was noted under a type on the way here is seen by the branches beside, what was noted under a new
 * type is not. A model must be valid on both engines or on neither.
 */
export function* findEntrypoints(
  schema: ModelSchema,
  relation: RelationSchema,
  steps: EntrypointSteps,
): Pieces<Entrypoints> {
  const search = new EntrypointSearch(schema, steps)
  const [found, loop] = yield* search.search(relation, relation.rewrite, new Map())
  if (search.missing !== undefined) return { kind: "undefined", ...search.missing }
  return { kind: found ? "found" : loop ? "loop" : "none" }
}

class EntrypointSearch {
  /** The first relation on the way that does not exist: OpenFGA's search ends there. */
  missing: { readonly type: string; readonly relation: string } | undefined = undefined
  readonly #schema: ModelSchema
  readonly #steps: EntrypointSteps
  #depth = 0

  constructor(schema: ModelSchema, steps: EntrypointSteps) {
    this.#schema = schema
    this.#steps = steps
  }

  /** Whether there is an entrypoint, and whether looking for one came round in a loop. */
  *search(owner: RelationSchema, rewrite: Rewrite, passed: Passed): Pieces<Outcome> {
    if (this.missing !== undefined || this.#depth >= SEARCH_DEPTH_LIMIT || !(yield* this.#steps.take()))
      return [false, false]
    this.#depth++
    const outcome = yield* this.#searchInside(owner, rewrite, passed)
    this.#depth--
    return outcome
  }

  *#searchInside(owner: RelationSchema, rewrite: Rewrite, passed: Passed): Pieces<Outcome> {
    switch (rewrite.kind) {
      case "union": {
        let loop = false
        for (const child of rewrite.children) {
          const [found, childLoop] = yield* this.search(owner, child, passed)
          if (found) return [true, false]
          loop ||= childLoop
        }
        return [false, loop]
      }
      case "intersection":
        return yield* this.#every(owner, rewrite.children, passed)
      case "exclusion":
        return yield* this.#every(owner, [rewrite.base, rewrite.subtract], passed)
      default: {
        const isNewType = note(passed, owner)
        // With no generator between: each that waits for another takes from V8's stack.
        const outcome: Outcome =
          rewrite.kind === "computed"
            ? yield* this.#computed(owner, rewrite.relation, passed)
            : rewrite.kind === "direct"
              ? [yield* this.#direct(owner, passed), false]
              : [yield* this.#tupleset(owner, rewrite, passed), false]
        if (isNewType) passed.delete(owner.type)
        return outcome
      }
    }
  }

  *#every(owner: RelationSchema, children: readonly Rewrite[], passed: Passed): Pieces<Outcome> {
    for (const child of children) {
      const [found, loop] = yield* this.search(owner, child, passed)
      if (!found) return [false, loop]
    }
    return [true, false]
  }

  *#computed(owner: RelationSchema, name: string, passed: Passed): Pieces<Outcome> {
    const known = passed.get(owner.type)?.get(name)
    if (known !== undefined) return [known, true]
    const relation = this.#relationOf(owner.type, name)
    return relation === undefined ? [false, false] : yield* this.search(relation, relation.rewrite, passed)
  }

  *#direct(owner: RelationSchema, passed: Passed): Pieces<boolean> {
    let passedOver = 0
    for (const restriction of owner.listedRestrictions) {
      if (restriction.kind !== "userset") {
        passed.get(owner.type)?.set(owner.name, true)
        return true
      }
      if (++passedOver % PASSED_OVER_PER_STEP === 0 && !(yield* this.#steps.take())) return false
      if (passed.get(restriction.type)?.has(restriction.relation)) continue
      const relation = this.#relationOf(restriction.type, restriction.relation)
      if (relation === undefined) continue
      const [found] = yield* this.search(relation, relation.rewrite, passed)
      if (found) return true
    }
    return false
  }

  *#tupleset(
    owner: RelationSchema,
    { tupleset, computed }: Extract<Rewrite, { kind: "tuple_to_userset" }>,
    passed: Passed,
  ): Pieces<boolean> {
    let passedOver = 0
    for (const { type } of this.#relationOf(owner.type, tupleset)?.listedRestrictions ?? []) {
      if (++passedOver % PASSED_OVER_PER_STEP === 0 && !(yield* this.#steps.take())) return false
      const relation = this.#schema.types.get(type)?.get(computed)
      if (relation === undefined) continue
      const known = passed.get(type)?.get(computed)
      if (known === true) return true
      if (known === false) continue
      const [found] = yield* this.search(relation, relation.rewrite, passed)
      if (found) return true
    }
    return false
  }

  #relationOf(type: string, relation: string): RelationSchema | undefined {
    const found = this.#schema.types.get(type)?.get(relation)
    if (found === undefined) this.missing ??= { type, relation }
    return found
  }
}

/**
 * Notes a relation as passed: in the map of its type where there is one, which others see too, else in one that only callees see. True
 * for the latter: the caller takes it away again.
 */
function note(passed: Passed, { type, name }: RelationSchema): boolean {
  const known = passed.get(type)
  if (known === undefined) passed.set(type, new Map([[name, false]]))
  else known.set(name, false)
  return known === undefined
}

/** Relations whose definition leads, through computed relations on the same object, to one that leads back to itself. */
export function computedCycles({ types, relations }: ModelSchema): ReadonlySet<RelationSchema> {
  const dependents = new Map<RelationSchema, RelationSchema[]>(relations.map((relation) => [relation, []]))
  const unsettled = new Map<RelationSchema, number>()
  for (const relation of relations) {
    const computed = [...leavesOf(relation.rewrite)].flatMap((leaf) =>
      leaf.kind === "computed" ? (types.get(relation.type)?.get(leaf.relation) ?? []) : [],
    )
    unsettled.set(relation, computed.length)
    for (const one of computed) dependents.get(one)?.push(relation)
  }
  const settled = relations.filter((relation) => unsettled.get(relation) === 0)
  for (const relation of settled) {
    unsettled.delete(relation)
    for (const dependent of dependents.get(relation) ?? []) {
      const left = (unsettled.get(dependent) ?? 0) - 1
      unsettled.set(dependent, left)
      if (left === 0) settled.push(dependent)
    }
  }
  return new Set(unsettled.keys())
}
