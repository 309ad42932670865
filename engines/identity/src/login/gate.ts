/** Runs work, so many at a time; the rest waits its turn, first come first served. */
export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result>

/** A gate that lets `width` through at once. */
export function createGate(width: number): Gate {
  let inside = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (inside >= width) await new Promise<void>((enter) => waiting.push(enter))
    else inside += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else inside -= 1
    }
  }
}
