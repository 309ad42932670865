import type { ConditionContext } from "../condition/condition-program.ts"
import { type RelationshipTuple, usersetMark } from "../relationship-tuple.ts"
import { fingerprintOf } from "../store/fingerprint.ts"
import type { TupleGraph } from "../store/tuple-graph.ts"

/** Numbers from here on are objects that only the question names. */
export const TEMPORARY_FROM = 2 ** 30

/** A user whose number nobody asked for yet. */
const UNRESOLVED = -1

/** A stored tuple that the question is asked without. */
interface Hidden {
  readonly object: number
  readonly shape: number
  readonly user: number
}

/**
 * The contextual tuples of one question, laid over the store. They were found allowed by the model before they came here. Each
 * hides the stored tuple with the same key, whatever the conditions of both.
 *
 * A token brings many groups and a check looks at few, so objects are not looked up in the store: a node compares its own
 * fingerprint with theirs, and its name where these are equal.
 */
export class Overlay {
  count = 0
  /** One bit for each type's name id modulo 32: most nodes are told at a glance to have no such tuple. */
  objectTypes = 0
  classes = new Int32Array(16)
  #prints = new Int32Array(16)
  #userNumbers = new Int32Array(16)
  readonly #tuples: RelationshipTuple[] = []
  readonly #contexts = new Map<number, ConditionContext>()
  readonly #temporary: string[] = []
  readonly #hidden: Hidden[] = []
  /** The object whose hidden tuples `#hidingKeys` holds. */
  #hidingObject = UNRESOLVED
  readonly #hidingKeys = new Set<number>()
  readonly #graph: TupleGraph

  constructor(graph: TupleGraph) {
    this.#graph = graph
  }

  clear(): void {
    if (this.#temporary.length > 0) this.#temporary.length = 0
    if (this.#hidden.length > 0) this.#hidden.length = 0
    if (this.#contexts.size > 0) this.#contexts.clear()
    this.count = 0
    this.objectTypes = 0
    this.#hidingObject = UNRESOLVED
  }

  add(tuple: RelationshipTuple, classId: number, userNumber = UNRESOLVED): void {
    const { count } = this
    if (count === this.#prints.length) this.#grow()
    this.#hidingObject = UNRESOLVED
    this.#tuples[count] = tuple
    this.#prints[count] = fingerprintOf(tuple.object)
    this.#userNumbers[count] = userNumber
    if (count === 0 || this.classes[count - 1] !== classId) this.#noteType(classId)
    this.classes[count] = classId
    this.count = count + 1
  }

  #grow(): void {
    this.#prints = doubled(this.#prints)
    this.#userNumbers = doubled(this.#userNumbers)
    this.classes = doubled(this.classes)
  }

  #noteType(classId: number): void {
    this.objectTypes |= 1 << (this.#graph.symbols.objectTypeOf(classId) & 31)
  }

  /** Lets the question be asked as if a stored tuple were not there. */
  hide(object: number, classId: number, user: number): void {
    const { symbols } = this.#graph
    this.#hidden.push({ object, shape: symbols.shapeOf(classId), user })
    this.#hidingObject = UNRESOLVED
    this.#noteType(classId)
  }

  /** The number of an object: the store's, or one that lives as long as the question. */
  numberOf(name: string): number {
    const stored = this.#graph.entities.find(name)
    if (stored !== undefined) return stored
    const known = this.#temporary.indexOf(name)
    return TEMPORARY_FROM + (known >= 0 ? known : this.#temporary.push(name) - 1)
  }

  /** The store's numbers of what the contextual tuples name. */
  storedNumbers(): Set<number> {
    const numbers = new Set<number>()
    for (let index = 0; index < this.count; index++)
      for (const number of [this.objectOf(index), this.userOf(index)])
        if (number < TEMPORARY_FROM) numbers.add(number)
    return numbers
  }

  /** True where the store has come to know an object that had a number of the question's own. */
  get isOutdated(): boolean {
    return this.#temporary.some((name) => this.#graph.entities.find(name) !== undefined)
  }

  nameOf(object: number): string {
    return object >= TEMPORARY_FROM
      ? (this.#temporary[object - TEMPORARY_FROM] ?? "")
      : this.#graph.entities.nameOf(object)
  }

  #isNamed(object: number, name: string): boolean {
    return object >= TEMPORARY_FROM ? this.nameOf(object) === name : this.#graph.entities.is(object, name)
  }

  /** The first contextual tuple from `from` on whose object this is; -1 for none. */
  nextOfObject(object: number, from: number): number {
    if (from >= this.count) return -1
    const print = object < TEMPORARY_FROM ? this.#graph.printOf(object) : fingerprintOf(this.nameOf(object))
    for (let index = from; index < this.count; index++)
      if (this.#prints[index] === print && this.#isNamed(object, this.#tuples[index]?.object ?? ""))
        return index
    return -1
  }

  /** The contextual tuples about an object. */
  *ofObject(object: number): IterableIterator<number> {
    for (let index = this.nextOfObject(object, 0); index >= 0; index = this.nextOfObject(object, index + 1))
      yield index
  }

  /** The contextual tuples that name a user, or a userset of it. */
  *ofUser(user: number): IterableIterator<number> {
    for (let index = 0; index < this.count; index++) if (this.userOf(index) === user) yield index
  }

  /** The number of a contextual tuple's user; for a userset its object's. */
  userOf(index: number): number {
    const known = this.#userNumbers[index] ?? UNRESOLVED
    if (known !== UNRESOLVED) return known
    const user = this.#tuples[index]?.user ?? ""
    const hash = usersetMark(user)
    const number = this.numberOf(hash < 0 ? user : user.slice(0, hash))
    this.#userNumbers[index] = number
    return number
  }

  /** The context of a contextual tuple's condition. */
  contextOf(index: number): ConditionContext | undefined {
    const values = this.#tuples[index]?.condition?.context
    if (values === undefined || values === null) return undefined
    const known = this.#contexts.get(index)
    if (known !== undefined) return known
    const context = { values }
    this.#contexts.set(index, context)
    return context
  }

  /** The number of a contextual tuple's object. */
  objectOf(index: number): number {
    return this.numberOf(this.#tuples[index]?.object ?? "")
  }

  /** False where no contextual or hidden tuple can be about an object of this type. */
  mayHaveObject(typeName: number): boolean {
    return (this.objectTypes & (1 << (typeName & 31))) !== 0
  }

  /** True where stored tuples are left out of the question. */
  get hidesStored(): boolean {
    return this.#hidden.length > 0
  }

  /** True where a contextual tuple has the key of this stored one, or the question is asked without it. */
  hides(object: number, classId: number, user: number): boolean {
    if (object !== this.#hidingObject) this.#collectHiding(object)
    const shape = this.#graph.symbols.shapeOf(classId)
    return this.#hidingKeys.size > 0 && this.#hidingKeys.has(hidingKey(shape, user))
  }

  /** To be called where a question goes on after the store changed: what hides in a row is known by the row's number. */
  forgetHiding(): void {
    this.#hidingObject = UNRESOLVED
  }

  /** Rows are walked object by object, and each may be as long as the budget: what hides in one is gathered once. */
  #collectHiding(object: number): void {
    this.#hidingObject = object
    if (this.#hidingKeys.size > 0) this.#hidingKeys.clear()
    for (let index = this.nextOfObject(object, 0); index >= 0; index = this.nextOfObject(object, index + 1)) {
      const shape = this.#graph.symbols.shapeOf(this.classes[index] ?? -1)
      this.#hidingKeys.add(hidingKey(shape, this.userOf(index)))
    }
    for (const hidden of this.#hidden)
      if (hidden.object === object) this.#hidingKeys.add(hidingKey(hidden.shape, hidden.user))
  }
}

/** One number for what a tuple of an object is besides its object; users' numbers stay below 2^31. */
function hidingKey(shape: number, user: number): number {
  return shape * 2 ** 31 + user
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(array.length * 2)
  grown.set(array)
  return grown
}
