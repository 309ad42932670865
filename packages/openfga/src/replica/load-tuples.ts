import { unavailable } from "../wire-client.ts"
import { ChangeWindow, type SeenChanges } from "./change-window.ts"
import type { FeedReader } from "./feed-reader.ts"
import type { TupleMemory } from "./tuple-memory.ts"

const nothingSeen: SeenChanges = new Map()

/**
 * Fills a memory with every stored tuple, page by page; it is of use only after a poll. Gives what the feed showed before:
 * that is in what is read after it, so the first poll knows what is new, and there is no gap between both.
 */
export async function loadTuples(
  reader: FeedReader,
  memory: TupleMemory,
  windowStart: number,
): Promise<SeenChanges> {
  const window = new ChangeWindow(nothingSeen, false)
  if (!(await reader.readWindow(windowStart, (change) => window.add(change))))
    throw unavailable("too_many_changes")
  for await (const tuples of reader.readPages()) memory.tuples.write({ writes: tuples })
  return window.seen
}
