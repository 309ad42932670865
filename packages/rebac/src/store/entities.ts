/**
 * The objects (and users, which are objects too) that tuples name, each with a number. Numbers are given back when the last
 * tuple that names an object goes, so nothing may hold them across a write.
 */
export class Entities {
  /** The id of each object as tuples write it, `type:id`. */
  readonly names: string[] = []
  /** The name id of each object's type; `NO_NAME` for a malformed id, which no model allows anywhere. */
  types = new Int32Array(1024)
  readonly #ids = new Map<string, number>()
  readonly #free: number[] = []

  /** Numbers given out so far, those given back included. */
  get capacity(): number {
    return this.names.length
  }

  get size(): number {
    return this.#ids.size
  }

  find(name: string): number | undefined {
    return this.#ids.get(name)
  }

  add(name: string, type: number): number {
    const id = this.#free.pop() ?? this.names.length
    this.names[id] = name
    if (id >= this.types.length) {
      const grown = new Int32Array(this.types.length * 2)
      grown.set(this.types)
      this.types = grown
    }
    this.types[id] = type
    this.#ids.set(name, id)
    return id
  }

  remove(id: number): void {
    this.#ids.delete(this.names[id] ?? "")
    this.names[id] = ""
    this.#free.push(id)
  }
}
