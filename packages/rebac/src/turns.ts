/** All who wait for a turn, one behind the other: in each round of the event loop one long calculation has its turn, not all of them. */
let line: Promise<void> = Promise.resolve()

/** How a long calculation lets others run: it asks whether its turn is over, and if so waits for the next one. */
export class Turns {
  readonly #milliseconds: number
  #end: number

  /** `milliseconds` is how long a turn lasts. */
  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds
    this.#end = performance.now() + milliseconds
  }

  get isOver(): boolean {
    return performance.now() >= this.#end
  }

  /** Lets everything run that waits, then begins a turn. */
  async next(): Promise<void> {
    line = line.then(() => new Promise((resolve) => setImmediate(resolve)))
    await line
    this.#end = performance.now() + this.#milliseconds
  }
}
