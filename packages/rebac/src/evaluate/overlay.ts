import type { ConditionContext } from "../condition/condition-program.ts"
import type { RelationshipTuple } from "../relationship-tuple.ts"
import { usersetMark } from "../relationship-tuple.ts"
import type { TupleGraph } from "../store/tuple-graph.ts"

/** Numbers from here on are objects that only the question's own tuples name. */
export const TEMPORARY_FROM = 2 ** 30

/**
 * The contextual tuples of one question, laid over the store. They were found allowed by the model before they came here. Each
 * hides the stored tuple with the same key, whatever the conditions of both.
 */
export class Overlay {
  count = 0
  /** One bit for each object's number modulo 32: most objects are told at a glance to have no contextual tuple. */
  objectMask = 0
  userMask = 0
  readonly objects: number[] = []
  readonly classes: number[] = []
  readonly users: number[] = []
  readonly contexts: (ConditionContext | undefined)[] = []
  /** Tuples that the question is asked without: their objects, shapes and users. */
  readonly #hidden: { readonly object: number; readonly shape: number; readonly user: number }[] = []
  readonly #temporary: string[] = []
  readonly #graph: TupleGraph

  constructor(graph: TupleGraph) {
    this.#graph = graph
  }

  clear(): void {
    this.count = 0
    this.objectMask = 0
    this.userMask = 0
    this.#temporary.length = 0
    this.contexts.length = 0
    this.#hidden.length = 0
  }

  /** Lets the question be asked as if a stored tuple were not there. */
  hide(object: number, classId: number, user: number): void {
    this.#hidden.push({ object, shape: this.#graph.symbols.shapeOf(classId), user })
    this.objectMask |= 1 << (object & 31)
    this.userMask |= 1 << (user & 31)
  }

  add(tuple: RelationshipTuple, classId: number): void {
    const hash = usersetMark(tuple.user)
    const object = this.numberOf(tuple.object)
    const user = this.numberOf(hash < 0 ? tuple.user : tuple.user.slice(0, hash))
    this.objects[this.count] = object
    this.classes[this.count] = classId
    this.users[this.count] = user
    const values = tuple.condition?.context
    this.contexts[this.count] = values === undefined || values === null ? undefined : { values }
    this.objectMask |= 1 << (object & 31)
    this.userMask |= 1 << (user & 31)
    this.count++
  }

  /** The number of an object: the store's, or one that lives as long as the question. */
  numberOf(name: string): number {
    const stored = this.#graph.entities.find(name)
    if (stored !== undefined) return stored
    const known = this.#temporary.indexOf(name)
    if (known >= 0) return TEMPORARY_FROM + known
    this.#temporary.push(name)
    return TEMPORARY_FROM + this.#temporary.length - 1
  }

  /** The number of an object that only the question's own tuples name, or undefined. */
  find(name: string): number | undefined {
    const known = this.#temporary.indexOf(name)
    return known < 0 ? undefined : TEMPORARY_FROM + known
  }

  nameOf(entity: number): string {
    return (
      (entity >= TEMPORARY_FROM
        ? this.#temporary[entity - TEMPORARY_FROM]
        : this.#graph.entities.names[entity]) ?? ""
    )
  }

  mayHaveObject(object: number): boolean {
    return (this.objectMask & (1 << (object & 31))) !== 0
  }

  mayHaveUser(user: number): boolean {
    return (this.userMask & (1 << (user & 31))) !== 0
  }

  /** True where a contextual tuple has the key of this stored one, or the question is asked without it. */
  hides(object: number, classId: number, user: number): boolean {
    const { symbols } = this.#graph
    const shape = symbols.shapeOf(classId)
    for (let index = 0; index < this.count; index++)
      if (
        this.objects[index] === object &&
        this.users[index] === user &&
        symbols.shapeOf(this.classes[index] ?? -1) === shape
      )
        return true
    for (const hidden of this.#hidden)
      if (hidden.object === object && hidden.user === user && hidden.shape === shape) return true
    return false
  }
}
