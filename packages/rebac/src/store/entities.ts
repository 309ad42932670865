import { NameTable } from "./name-table.ts"
import { NO_NAME } from "./symbols.ts"

/**
 * The objects (and users, which are objects too) that tuples name, each with a number. Numbers are given back when the last
 * tuple that names an object goes, so nothing may hold them across a write.
 */
export class Entities {
  /** Well-formed objects. A name found here needs no parsing: its type is what stands before the colon. */
  readonly objects = new NameTable()
  /** Everyone of a type, and malformed ids: no tuple's object may be one, so they are kept apart. */
  readonly #others = new Map<string, number>()
  readonly #otherNames = new Map<number, string>()
  readonly #free: number[] = []
  /** Numbers given out so far, those given back included. */
  capacity = 0

  get size(): number {
    return this.objects.size + this.#others.size
  }

  /** The number of whatever has this name, or undefined. */
  find(name: string): number | undefined {
    const object = this.objects.find(name)
    return object >= 0 ? object : this.#others.get(name)
  }

  /** The id of an object as tuples write it, `type:id`. */
  nameOf(id: number): string {
    return this.#otherNames.get(id) ?? this.objects.nameOf(id)
  }

  /** True where the id's name is this one. */
  is(id: number, name: string): boolean {
    const other = this.#otherNames.get(id)
    return other === undefined ? this.objects.is(id, name) : other === name
  }

  /** Gives a name its number. `type` is the name id of its type; `NO_NAME` for everyone of a type and for malformed ids. */
  add(name: string, type: number): number {
    const id = this.#free.pop() ?? this.capacity++
    if (type === NO_NAME) {
      this.#others.set(name, id)
      this.#otherNames.set(id, name)
    } else this.objects.add(name, id)
    return id
  }

  remove(id: number): void {
    const other = this.#otherNames.get(id)
    if (other === undefined) this.objects.remove(id)
    else {
      this.#others.delete(other)
      this.#otherNames.delete(id)
    }
    this.#free.push(id)
  }
}
