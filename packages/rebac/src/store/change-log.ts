/** Changes remembered. More between two parts of a list than a busy store sees in a second. */
const CHANGES_KEPT = 4_096

/** Which entities the last changes of tuples were about, by number as it was then. */
export class ChangeLog {
  /** Changes so far. */
  count = 0
  readonly #entities = new Int32Array(CHANGES_KEPT * 2)

  note(object: number, user: number): void {
    const at = (this.count % CHANGES_KEPT) * 2
    this.#entities[at] = object
    this.#entities[at + 1] = user
    this.count++
  }

  /** Whether one of the changes after the first `count` is of the asked kind; true where too many came since to know. */
  someSince(count: number, matches: (object: number, user: number) => boolean): boolean {
    if (this.count - count > CHANGES_KEPT) return true
    for (let change = count; change < this.count; change++) {
      const at = (change % CHANGES_KEPT) * 2
      if (matches(this.#entities[at] as number, this.#entities[at + 1] as number)) return true
    }
    return false
  }
}
