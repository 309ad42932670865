import { leavesOf, type ModelSchema, type RelationSchema, type Rewrite } from "./model-schema.ts"

/**
 * Whether a relation can ever be given to someone; `loop` where it leads back to itself by computed relations alone; `undefined` where
 * a relation on the way does not exist.
 */
export type Entrypoints =
  | { readonly kind: "found" | "none" | "loop" }
  | { readonly kind: "undefined"; readonly type: string; readonly relation: string }

/** For each type the relations passed on the way, and whether each was found to be assignable. */
type Passed = Map<string, Map<string, boolean>>

/** Definitions looked at inside of each other. Deeper ones count as too tangled too: V8's stack is in danger. */
const SEARCH_DEPTH_LIMIT = 600

/**
 * Steps that the relations of a model have together, about a second's worth. Where they do not suffice, a definition counts as too
 * tangled to have entrypoints; OpenFGA's server would take minutes over it.
 */
export class EntrypointSteps {
  #left = 1_000_000

  /** False once there are no more. */
  take(): boolean {
    this.#left--
    return this.#left >= 0
  }
}

/**
 * Asks of a relation what OpenFGA asks (`hasEntrypoints` of 1.22.1): of a union that one operand leads to somebody, of an
 * intersection and of an exclusion that each does. Its bookkeeping is followed to the letter, because it also refuses some models
 * that would make sense: what was noted under a type on the way here is seen by the branches beside, what was noted under a new
 * type is not. A model must be valid on both engines or on neither.
 */
export function findEntrypoints(
  schema: ModelSchema,
  relation: RelationSchema,
  steps: EntrypointSteps,
): Entrypoints {
  const search = new EntrypointSearch(schema, steps)
  const [found, loop] = search.search(relation, relation.rewrite, new Map())
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
  search(owner: RelationSchema, rewrite: Rewrite, before: Passed): [found: boolean, loop: boolean] {
    if (this.missing !== undefined || this.#depth >= SEARCH_DEPTH_LIMIT || !this.#steps.take())
      return [false, false]
    this.#depth++
    const result = this.#searchInside(owner, rewrite, before)
    this.#depth--
    return result
  }

  #searchInside(owner: RelationSchema, rewrite: Rewrite, before: Passed): [boolean, boolean] {
    switch (rewrite.kind) {
      case "union": {
        let loop = false
        for (const child of rewrite.children) {
          const [found, childLoop] = this.search(owner, child, before)
          if (found) return [true, false]
          loop ||= childLoop
        }
        return [false, loop]
      }
      case "intersection":
        return this.#every(owner, rewrite.children, before)
      case "exclusion":
        return this.#every(owner, [rewrite.base, rewrite.subtract], before)
      default:
        return this.#leaf(owner, rewrite, note(before, owner))
    }
  }

  #every(owner: RelationSchema, children: readonly Rewrite[], before: Passed): [boolean, boolean] {
    for (const child of children) {
      const [found, loop] = this.search(owner, child, before)
      if (!found) return [false, loop]
    }
    return [true, false]
  }

  #leaf(owner: RelationSchema, rewrite: Rewrite, passed: Passed): [boolean, boolean] {
    if (rewrite.kind === "direct") return [this.#direct(owner, passed), false]
    if (rewrite.kind === "computed") {
      const known = passed.get(owner.type)?.get(rewrite.relation)
      if (known !== undefined) return [known, true]
      const relation = this.#relationOf(owner.type, rewrite.relation)
      return relation === undefined ? [false, false] : this.search(relation, relation.rewrite, passed)
    }
    if (rewrite.kind === "tuple_to_userset") return [this.#tupleset(owner, rewrite, passed), false]
    return [false, false]
  }

  #direct(owner: RelationSchema, passed: Passed): boolean {
    for (const restriction of owner.restrictions) {
      if (restriction.kind !== "userset") {
        passed.get(owner.type)?.set(owner.name, true)
        return true
      }
      if (passed.get(restriction.type)?.has(restriction.relation)) continue
      const relation = this.#relationOf(restriction.type, restriction.relation)
      if (relation !== undefined && this.search(relation, relation.rewrite, passed)[0]) return true
    }
    return false
  }

  #tupleset(
    owner: RelationSchema,
    { tupleset, computed }: Extract<Rewrite, { kind: "tuple_to_userset" }>,
    passed: Passed,
  ): boolean {
    for (const { type } of this.#relationOf(owner.type, tupleset)?.restrictions ?? []) {
      const relation = this.#schema.types.get(type)?.get(computed)
      if (relation === undefined) continue
      const known = passed.get(type)?.get(computed)
      if (known === true) return true
      if (known === undefined && this.search(relation, relation.rewrite, passed)[0]) return true
    }
    return false
  }

  #relationOf(type: string, relation: string): RelationSchema | undefined {
    const found = this.#schema.types.get(type)?.get(relation)
    if (found === undefined) this.missing ??= { type, relation }
    return found
  }
}

/** Notes a relation as passed: in the map of its type where there is one, which others see too, else in one that only callees see. */
function note(before: Passed, { type, name }: RelationSchema): Passed {
  const passed = new Map(before)
  const known = passed.get(type)
  if (known === undefined) passed.set(type, new Map([[name, false]]))
  else known.set(name, false)
  return passed
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
