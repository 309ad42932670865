import { GatehouseError } from "@gatehouse/kernel"

/** The name id of "no name": a plain user's relation, an unconditional tuple's condition, a malformed id's type. */
export const NO_NAME = 0
/** The name id of `*`, as the "relation" of everyone of a type. */
export const EVERYONE = 1

/** Ids of symbols stay below this, so that two fit into one exact number. */
const symbolLimit = 2 ** 26

/** Numbers for pairs of numbers, in order of first use. */
class PairTable {
  readonly first: number[] = []
  readonly second: number[] = []
  readonly #ids = new Map<number, number>()

  intern(first: number, second: number): number {
    const key = first * symbolLimit + second
    const known = this.#ids.get(key)
    if (known !== undefined) return known
    const id = this.first.length
    if (id >= symbolLimit) throw new GatehouseError("rebac.too_many_names")
    this.#ids.set(key, id)
    this.first.push(first)
    this.second.push(second)
    return id
  }

  find(first: number, second: number): number | undefined {
    return this.#ids.get(first * symbolLimit + second)
  }
}

/**
 * The small vocabulary of a store: names of types, relations and conditions, and what is made of them. A *relation key* is a
 * relation of a type. A *user kind* is a type, everyone of a type, or a userset. A *shape* is relation key and user kind; a
 * *class* is a shape under a condition. Every tuple has one class, so whether a model allows it is asked once for each class.
 * Ids are never given back: a vocabulary is as small as the models that were ever used.
 */
export class Symbols {
  readonly names: string[] = ["", "*"]
  readonly relationKeys = new PairTable()
  readonly userKinds = new PairTable()
  readonly shapes = new PairTable()
  readonly classes = new PairTable()
  /** The classes of each shape: the same relationship under different conditions. */
  readonly classesOfShape: number[][] = []
  readonly #nameIds = new Map<string, number>([
    ["", NO_NAME],
    ["*", EVERYONE],
  ])

  name(id: number): string {
    return this.names[id] ?? ""
  }

  internName(name: string): number {
    const known = this.#nameIds.get(name)
    if (known !== undefined) return known
    const id = this.names.length
    if (id >= symbolLimit) throw new GatehouseError("rebac.too_many_names")
    this.#nameIds.set(name, id)
    this.names.push(name)
    return id
  }

  findName(name: string): number | undefined {
    return this.#nameIds.get(name)
  }

  internClass(relationKey: number, userKind: number, condition: number): number {
    const shape = this.shapes.intern(relationKey, userKind)
    const known = this.classes.find(shape, condition)
    if (known !== undefined) return known
    const id = this.classes.intern(shape, condition)
    const siblings = this.classesOfShape[shape]
    if (siblings === undefined) this.classesOfShape[shape] = [id]
    else siblings.push(id)
    return id
  }

  relationKeyOf(classId: number): number {
    return this.shapes.first[this.classes.first[classId] ?? -1] ?? -1
  }

  userKindOf(classId: number): number {
    return this.shapes.second[this.classes.first[classId] ?? -1] ?? -1
  }

  /** The name id of the type of a class's objects. */
  objectTypeOf(classId: number): number {
    return this.relationKeys.first[this.relationKeyOf(classId)] ?? NO_NAME
  }

  /** The name id of the type of a class's users. */
  userTypeOf(classId: number): number {
    return this.userKinds.first[this.userKindOf(classId)] ?? NO_NAME
  }

  shapeOf(classId: number): number {
    return this.classes.first[classId] ?? -1
  }

  conditionOf(classId: number): number {
    return this.classes.second[classId] ?? NO_NAME
  }
}
