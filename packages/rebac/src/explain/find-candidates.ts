import { SUGGESTION_TUPLES_LIMIT } from "../limits.ts"
import type { RelationSchema, Restriction, Rewrite } from "../model/model-schema.ts"
import { parseUser, type RelationshipTuple } from "../relationship-tuple.ts"
import type { Holdings } from "./find-holdings.ts"
import type { InspectedTuple, Inspector } from "./inspect.ts"
import type { KnownObjects } from "./known-objects.ts"

/** One tuple that, added or removed, might take part in turning a denial into an allow. */
export interface Candidate {
  readonly kind: "add" | "remove"
  readonly tuple: RelationshipTuple
}

/** Nodes that are looked at for candidates, and candidates that are kept. */
const NODES_LIMIT = 400
const CANDIDATES_LIMIT = 400
/** Of the usersets and objects that the user already holds, so many are offered for each place. */
const HELD_LIMIT = 8
/** Ids that are tried for an object that does not exist yet. */
const INVENTIONS_LIMIT = 100

interface Place {
  readonly object: string
  readonly relation: RelationSchema
  /** Whether the place should come to hold, or must not. */
  readonly wanted: boolean
  /** Tuples that have to be added to get here at all. */
  readonly added: number
}

/** What a search for candidates starts from. */
export interface CandidateParts {
  readonly holdings: Holdings
  /** Whether one holding may do where another does not: then all of them would have to be tried. */
  readonly ruled: boolean
  /** For changes of several tuples: the objects that tuples to add may lead over. Without it, only single tuples are sought. */
  readonly known: KnownObjects | undefined
}

/**
 * Every tuple whose adding or removing could matter: along the ways from the asked relation as they are, and for changes of several
 * tuples over other objects and ones that do not exist yet, as far as three tuples reach. A tuple that makes an object its own parent
 * or member is never one.
 */
export class CandidateFinder {
  readonly #inspector: Inspector
  readonly #parts: CandidateParts
  readonly #found = new Map<string, Candidate>()
  readonly #seen = new Set<string>()
  readonly #places: Place[] = []
  /** False once a bound was met: a smaller change may have been missed. */
  complete = true

  constructor(inspector: Inspector, parts: CandidateParts) {
    this.#inspector = inspector
    this.#parts = parts
  }

  find(object: string, relation: RelationSchema): Candidate[] {
    this.#visit({ object, relation, wanted: true, added: 0 })
    for (let next = 0; next < this.#places.length; next++) {
      const place = this.#places[next] as Place
      this.#explore(place, place.relation.rewrite)
    }
    return [...this.#found.values()]
  }

  #visit(place: Place): void {
    const key = `${place.object}#${place.relation.name} ${place.wanted}`
    if (this.#seen.has(key) || !this.#canReach(place.relation)) return
    this.#seen.add(key)
    if (this.#places.length >= NODES_LIMIT) this.complete = false
    else this.#places.push(place)
  }

  #canReach(relation: RelationSchema): boolean {
    return this.#inspector.session.question.asker?.reach.has(relation) === true
  }

  #add(kind: Candidate["kind"], tuple: RelationshipTuple): void {
    const key = JSON.stringify([kind, tuple.user, tuple.relation, tuple.object, tuple.condition?.name])
    if (this.#found.has(key)) return
    if (this.#found.size >= CANDIDATES_LIMIT) this.complete = false
    else this.#found.set(key, { kind, tuple })
  }

  #explore(place: Place, rewrite: Rewrite): void {
    const inspector = this.#inspector
    switch (rewrite.kind) {
      case "direct":
        if (place.wanted) this.#offerUsers(place)
        this.#follow(place, inspector.tuplesOf(place.object, place.relation, false), undefined)
        return
      case "tuple_to_userset": {
        const tupleset = inspector.relationOf(place.object, rewrite.tupleset)
        if (tupleset === undefined) return
        if (place.wanted) this.#offerParents(place, tupleset, rewrite.computed)
        this.#follow(place, inspector.tuplesOf(place.object, tupleset, true), rewrite.computed)
        return
      }
      case "computed": {
        const relation = inspector.relationOf(place.object, rewrite.relation)
        if (relation !== undefined) this.#visit({ ...place, relation })
        return
      }
      case "exclusion":
        this.#explore(place, rewrite.base)
        this.#explore({ ...place, wanted: !place.wanted }, rewrite.subtract)
        return
      default:
        for (const child of rewrite.children) this.#explore(place, child)
    }
  }

  /** Existing tuples lead on; where the place must not hold, each that counts may go instead. */
  #follow(place: Place, tuples: readonly InspectedTuple[], computed: string | undefined): void {
    for (const { tuple, outcome, contextual } of tuples) {
      if (outcome === "false") continue
      const [object = "", through = computed] = tuple.user.split("#")
      const relation = through === undefined ? undefined : this.#inspector.relationOf(object, through)
      const leads = relation !== undefined && this.#canReach(relation)
      if (!leads && !this.#inspector.matches(tuple)) continue
      if (!place.wanted && !contextual) this.#add("remove", tuple)
      if (leads) this.#visit({ ...place, object, relation })
    }
  }

  /** The user itself, everyone of its type, usersets that it belongs to, and a new userset that it is then put into. */
  #offerUsers(place: Place): void {
    const { user } = this.#inspector
    const asked = parseUser(user)
    for (const restriction of place.relation.restrictions) {
      if (restriction.kind === "everyone") {
        if (asked?.relation === undefined && restriction.type === asked?.type)
          this.#offer(place, restriction, `${restriction.type}:*`)
        continue
      }
      const form = asked?.id === "*" ? "everyone" : asked?.relation === undefined ? "object" : "userset"
      if (
        form === restriction.kind &&
        restriction.type === asked?.type &&
        restriction.relation === (asked.relation ?? "")
      )
        this.#offer(place, restriction, user)
      if (restriction.kind !== "userset") continue
      for (const object of this.#heldOf(restriction.type, restriction.relation))
        this.#offer(place, restriction, `${object}#${restriction.relation}`)
      const relation = this.#inspector.session.relationOf(restriction.type, restriction.relation)
      if (relation === undefined || !this.#canReach(relation)) continue
      for (const object of this.#others(place, restriction.type)) {
        this.#offer(place, restriction, `${object}#${restriction.relation}`)
        this.#visit({ object, relation, wanted: true, added: place.added + 1 })
      }
    }
  }

  /** Objects on which the user already holds what is asked for there, and a new one on which it then comes to hold. */
  #offerParents(place: Place, tupleset: RelationSchema, computed: string): void {
    for (const restriction of tupleset.restrictions) {
      const relation = this.#inspector.session.relationOf(restriction.type, computed)
      if (relation === undefined || !this.#canReach(relation)) continue
      const at = { ...place, relation: tupleset }
      for (const object of this.#heldOf(restriction.type, computed)) this.#offer(at, restriction, object)
      for (const object of this.#others(place, restriction.type)) {
        this.#offer(at, restriction, object)
        this.#visit({ object, relation, wanted: true, added: place.added + 1 })
      }
    }
  }

  #heldOf(type: string, relation: string): readonly string[] {
    const held = this.#parts.holdings.get(`${type}#${relation}`) ?? []
    if (this.#parts.ruled && held.length > HELD_LIMIT) this.complete = false
    return held.slice(0, HELD_LIMIT)
  }

  /** Objects on which the user comes to hold something only by another tuple, one that does not exist yet among them. */
  #others(place: Place, type: string): readonly string[] {
    const { known } = this.#parts
    if (known === undefined || place.added + 1 >= SUGGESTION_TUPLES_LIMIT) return []
    const objects = known.ofType(type)
    if (objects === undefined) this.complete = false
    return [...(objects ?? []), ...this.#invent(place, type)]
  }

  /** An id that nothing has yet; none where the store has all that are tried. */
  #invent({ added }: Place, type: string): readonly string[] {
    const { entities } = this.#inspector.session.graph
    for (let number = added + 1; number <= added + INVENTIONS_LIMIT; number++) {
      const id = `${type}:new-${number}`
      if (entities.find(id) === undefined) return [id]
    }
    this.complete = false
    return []
  }

  #offer(place: Place, { condition }: Restriction, user: string): void {
    const key = { user, relation: place.relation.name, object: place.object }
    if (user.split("#")[0] === place.object || this.#exists(key)) return
    this.#add("add", condition === "" ? key : { ...key, condition: { name: condition } })
  }

  #exists(key: RelationshipTuple): boolean {
    const relation = this.#inspector.relationOf(key.object, key.relation)
    if (relation === undefined) return false
    return this.#inspector.session.graph.find(key) !== undefined || this.#isContextual(key, relation)
  }

  #isContextual(key: RelationshipTuple, relation: RelationSchema): boolean {
    const { question, navigator, graph } = this.#inspector.session
    const { overlay } = question
    for (const index of overlay.ofObject(overlay.numberOf(key.object))) {
      const classId = overlay.classes[index] ?? -1
      const user = graph.userName(classId, overlay.nameOf(overlay.userOf(index)))
      if (user === key.user && navigator.allowedRelation(classId) === relation) return true
    }
    return false
  }
}
