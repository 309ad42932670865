/**
 * Lets so many pieces of work of one name run at once; the others wait in the order of their calls. A piece that fails makes room
 * like one that succeeds.
 */
export function createTurns(
  atOnce: number,
): <Result>(name: string, work: () => Promise<Result>) => Promise<Result> {
  const running = new Map<string, { count: number; readonly waiting: (() => void)[] }>()
  return async (name, work) => {
    const line = running.get(name) ?? { count: 0, waiting: [] }
    running.set(name, line)
    // Whoever leaves hands its place on, so that nobody overtakes.
    if (line.count >= atOnce) await new Promise<void>((resolve) => line.waiting.push(resolve))
    else line.count++
    try {
      return await work()
    } finally {
      const next = line.waiting.shift()
      if (next !== undefined) next()
      else if (--line.count === 0) running.delete(name)
    }
  }
}
