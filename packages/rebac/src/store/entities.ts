import { NO_NAME } from "./symbols.ts"

/**
 * The objects (and users, which are objects too) that tuples name, each with a number. Numbers are given back when the last
 * tuple that names an object goes, so nothing may hold them across a write.
 */
export class Entities {
  /** The id of each object as tuples write it, `type:id`. */
  readonly names: string[] = []
  /** Well-formed objects. A name found here needs no parsing: its type is what stands before the colon. */
  readonly #objects = new Map<string, number>()
  /** Everyone of a type, and malformed ids: no tuple's object may be one, so they are kept apart. */
  readonly #others = new Map<string, number>()
  readonly #free: number[] = []

  /** Numbers given out so far, those given back included. */
  get capacity(): number {
    return this.names.length
  }

  get size(): number {
    return this.#objects.size + this.#others.size
  }

  /** The number of whatever has this name. */
  find(name: string): number | undefined {
    return this.#objects.get(name) ?? this.#others.get(name)
  }

  /** The number of a well-formed object. */
  findObject(name: string): number | undefined {
    return this.#objects.get(name)
  }

  /** Gives a name its number. `type` is the name id of its type; `NO_NAME` for everyone of a type and for malformed ids. */
  add(name: string, type: number): number {
    const id = this.#free.pop() ?? this.names.length
    this.names[id] = name
    if (type === NO_NAME) this.#others.set(name, id)
    else this.#objects.set(name, id)
    return id
  }

  remove(id: number): void {
    const name = this.names[id] ?? ""
    if (!this.#objects.delete(name)) this.#others.delete(name)
    this.names[id] = ""
    this.#free.push(id)
  }
}
