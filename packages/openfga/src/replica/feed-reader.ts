import type { JsonAnswer } from "@gatehouse/http/json-client"
import type { Clock } from "@gatehouse/kernel"
import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import { listIn, textIn, tupleIn, unexpected } from "../wire-answers.ts"
import { memberOf, refusalIn } from "../wire-client.ts"
import { bodyOf } from "../wire-errors.ts"
import { storePath, type WireTarget } from "../wire-target.ts"
import type { FeedChange } from "./change-window.ts"
import { momentOf } from "./moments.ts"
import type { TimeSighting } from "./server-times.ts"
import { keyOf } from "./tuple-identity.ts"

/** The wire gives at most so many a page, of tuples and of changes. */
const pageItems = 100
/** Changes of one window. Beyond, a load from the beginning is no more work, and memory stays bounded. */
const maximumWindowChanges = 100_000

/** What the replica reads from the server. Whatever is not of the wire's form throws `authz.unavailable`. */
export interface FeedReader {
  /** Whether the store is there. The real server says so here alone: it goes on answering checks of a deleted one. */
  lookAtStore(): Promise<boolean>
  /**
   * Gives every change from a moment of the server's time on to `take`, in the feed's order. False for more than a window may
   * hold: then the rest was not read.
   */
  readWindow(startMilliseconds: number, take: (change: FeedChange) => void): Promise<boolean>
  /** All stored tuples, page by page; the next page is asked for before this one is given. */
  readPages(): AsyncGenerator<RelationshipTuple[]>
  /** The stored tuple of this key, as of now. */
  readStored(key: TupleKey): Promise<RelationshipTuple | undefined>
}

/** Reads over the wire; each answer's time is told to `onSighting` in order of arrival. */
export function createFeedReader(
  target: WireTarget,
  clock: Clock,
  onSighting: (sighting: TimeSighting) => void,
): FeedReader {
  const get = async (path: string): Promise<JsonAnswer> => {
    const asked = momentOf(clock)
    const answer = await target.client.call({ method: "GET", path, repeatable: true })
    // Only an answer of the server itself tells its time: a proxy's error page tells the proxy's.
    if (answer.status === 200 || refusalIn(answer) !== undefined)
      onSighting({ server: timeIn(answer), asked, came: momentOf(clock) })
    return answer
  }
  const read = async (body: object): Promise<unknown> => {
    const path = storePath(target, "read")
    const consistency = "HIGHER_CONSISTENCY"
    const call = { method: "POST", path, body: { ...body, consistency }, repeatable: true } as const
    return bodyOf(await target.client.call(call), "query")
  }
  return {
    async lookAtStore() {
      const answer = await get(`/stores/${encodeURIComponent(target.storeId)}`)
      if (answer.status === 404 && refusalIn(answer)?.code === "store_id_not_found") return false
      if (textIn(bodyOf(answer, "query"), "id") !== target.storeId) throw unexpected()
      return true
    },
    readWindow: (startMilliseconds, take) => readWindow(target, get, startMilliseconds, take),
    async *readPages() {
      const ask = (token: string) => read({ page_size: pageItems, continuation_token: token })
      let asked: Promise<unknown> | undefined = ask("")
      let token = ""
      while (asked !== undefined) {
        const page = await asked
        const next = textIn(page, "continuation_token")
        // A server that gives the same page again and again would never end.
        if (next !== "" && next === token) throw unexpected()
        token = next
        asked = next === "" ? undefined : ask(next)
        // Whoever stops early does not wait for it; a failure is met by whoever asks for the next page.
        asked?.catch(() => undefined)
        yield listIn(page, "tuples").map((tuple) => tupleIn(memberOf(tuple, "key")))
      }
    },
    async readStored({ user, relation, object }) {
      const page = await read({ tuple_key: { user, relation, object }, page_size: 2 })
      const [first, ...others] = listIn(page, "tuples").map((tuple) => tupleIn(memberOf(tuple, "key")))
      if (first === undefined) return undefined
      if (others.length > 0 || keyOf(first) !== keyOf({ user, relation, object })) throw unexpected()
      return first
    },
  }
}

/** The server's time is that of its answer's header (RFC 9110, section 6.6.1), to the second, rounded down. */
function timeIn(answer: JsonAnswer): number {
  const server = Date.parse(answer.header("date") ?? "")
  if (Number.isNaN(server)) throw unexpected()
  return server
}

async function readWindow(
  target: WireTarget,
  get: (path: string) => Promise<JsonAnswer>,
  startMilliseconds: number,
  take: (change: FeedChange) => void,
): Promise<boolean> {
  let taken = 0
  // A token goes on from where the page ended. Without one the feed would begin at its very beginning: never that.
  let from: Record<string, string> = { start_time: new Date(startMilliseconds).toISOString() }
  for (;;) {
    const query = new URLSearchParams({ page_size: String(pageItems), ...from })
    const page = bodyOf(await get(`${storePath(target, "changes")}?${query}`), "query")
    const entries = listIn(page, "changes")
    // The feed never says that it ends; at its end there is nothing on a page.
    if (entries.length === 0) return true
    for (const entry of entries) take(changeIn(entry))
    taken += entries.length
    if (taken > maximumWindowChanges) return false
    const token = textIn(page, "continuation_token")
    if (token === "" || token === from.continuation_token) throw unexpected()
    from = { continuation_token: token }
  }
}

function changeIn(entry: unknown): FeedChange {
  const tuple = tupleIn(memberOf(entry, "tuple_key"))
  const operation = textIn(entry, "operation")
  const removed = operation === "TUPLE_OPERATION_DELETE"
  if (!removed && operation !== "TUPLE_OPERATION_WRITE") throw unexpected()
  return { key: keyOf(tuple), tuple, removed, mark: `${removed ? "-" : "+"}${textIn(entry, "timestamp")}` }
}
