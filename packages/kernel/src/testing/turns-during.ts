/**
 * Does a piece of work and gives how many turns everything else had meanwhile: rounds of the event loop. None or one say that the
 * work held it to its end. The work may ask for the number so far.
 */
export async function turnsDuring(work: (turns: () => number) => Promise<unknown>): Promise<number> {
  let turns = 0
  let going = true
  const turn = () => {
    turns++
    if (going) setImmediate(turn)
  }
  setImmediate(turn)
  try {
    await work(() => turns)
    return turns
  } finally {
    going = false
  }
}
