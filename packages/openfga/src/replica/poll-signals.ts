type Tell = (isPolled: boolean) => void

/** Lets others wait for a poll that begins after they asked, and wakes the loop that polls for them. */
export class PollSignals {
  #waiting: Tell[] = []
  #isStopped = false
  #wake: () => void = () => {}
  #end: () => void = () => {}

  /**
   * A poll begins: whoever waits now is told when it is complete. Where it fails they wait for the next. Gives what to call
   * then.
   */
  begin(): { complete(): void; failed(): void } {
    const told = this.#waiting
    this.#waiting = []
    return {
      complete: () => {
        for (const tell of told) tell(true)
      },
      failed: () => {
        this.#waiting = [...told, ...this.#waiting]
        if (this.#isStopped) this.stop()
      },
    }
  }

  /** True where a poll that began after this call is complete within the time, and before `stop`. */
  async next(milliseconds: number): Promise<boolean> {
    if (this.#isStopped) return false
    return new Promise((resolve) => {
      const tell = (isPolled: boolean) => {
        clearTimeout(timer)
        resolve(isPolled)
      }
      const timer = setTimeout(() => {
        this.#waiting = this.#waiting.filter((waiting) => waiting !== tell)
        resolve(false)
      }, milliseconds)
      this.#waiting.push(tell)
      this.#wake()
    })
  }

  /** Waits so long, or until somebody waits for a poll. */
  async pause(milliseconds: number): Promise<void> {
    if (this.#waiting.length === 0) await this.rest(milliseconds, true)
  }

  /** Waits so long, whoever waits: after a failure nobody is helped by asking again at once. `stop` ends it. */
  async rest(milliseconds: number, wakes = false): Promise<void> {
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer)
        resolve()
      }
      const timer = setTimeout(end, Math.max(0, milliseconds))
      this.#end = end
      if (wakes) this.#wake = end
    })
    this.#wake = () => {}
    this.#end = () => {}
  }

  /** Ends whatever wait there is: no poll comes any more. */
  stop(): void {
    this.#isStopped = true
    for (const tell of this.#waiting) tell(false)
    this.#waiting = []
    this.#end()
  }
}
