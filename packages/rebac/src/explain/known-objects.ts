import type { TupleGraph } from "../store/tuple-graph.ts"

/** A store with more objects than this is not searched for what else could be referred to. */
const STORE_LIMIT = 20_000
/** Nor is a type with more objects than this. */
const TYPE_LIMIT = 12

/** The objects that tuples are about, by type, where they are few enough to try them all. */
export class KnownObjects {
  readonly #byType = new Map<string, string[]>()
  readonly #isKnown: boolean

  constructor(graph: TupleGraph, contextual: readonly { readonly object: string }[]) {
    const { entities, byObject } = graph
    this.#isKnown = entities.capacity <= STORE_LIMIT
    for (let id = 0; this.#isKnown && id < entities.capacity; id++)
      if (!byObject.isEmpty(id)) this.#add(entities.nameOf(id))
    for (const { object } of contextual) this.#add(object)
  }

  #add(name: string): void {
    const type = name.slice(0, name.indexOf(":"))
    const known = this.#byType.get(type)
    if (known === undefined) this.#byType.set(type, [name])
    else if (!known.includes(name) && known.length <= TYPE_LIMIT) known.push(name)
  }

  /** All objects of a type that have tuples of their own; undefined where they are too many. */
  ofType(type: string): readonly string[] | undefined {
    const known = this.#byType.get(type) ?? []
    return this.#isKnown && known.length <= TYPE_LIMIT ? known : undefined
  }
}
