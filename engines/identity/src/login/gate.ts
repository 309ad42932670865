/** Runs work, so many at a time; the rest waits its turn, first come first served. */
export type Gate = <Result>(work: () => Promise<Result>) => Promise<Result | "full">

/** A gate that lets `width` through at once and up to `waitingRoom` wait; whoever comes then is told that it is full. */
export function createGate(width: number, waitingRoom: number): Gate {
  let inside = 0
  const waiting: (() => void)[] = []
  return async (work) => {
    if (inside < width) inside += 1
    else if (waiting.length < waitingRoom) await new Promise<void>((enter) => waiting.push(enter))
    else return "full"
    try {
      return await work()
    } finally {
      // Whoever waited longest takes the place over; it is not free in between.
      const next = waiting.shift()
      if (next) next()
      else inside -= 1
    }
  }
}
