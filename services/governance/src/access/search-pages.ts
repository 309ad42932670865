import { createHash } from "node:crypto"
import { type AccessPageRequest, defaultSearchResults, maximumSearchResults } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/kernel"
import { createCursorForm, z } from "@gatehouse/sdk"

/** The page that a request asks for. */
export interface SearchPage<Place> {
  /** 0 to `maximumSearchResults`. */
  readonly limit: number
  readonly after: Place | undefined
}

/** The pages of one search. */
export interface SearchPages<Place> {
  /**
   * Reads which page is asked for. `question` is all that decides the results. Throws `request.invalid_cursor` for a token of
   * another search, another question or another limit (section 8.2).
   */
  read(page: AccessPageRequest | undefined, question: unknown): SearchPage<Place>
  /** The answer's page object; `next` is undefined where nothing follows. */
  write(
    page: SearchPage<Place>,
    question: unknown,
    found: { readonly count: number; readonly next: Place | undefined },
  ): PageAnswer
}

/** The page object of an answer. */
export interface PageAnswer {
  readonly next_token: string
  readonly count: number
}

/** The page of a search that finds nothing. */
export const emptyPage: PageAnswer = { next_token: "", count: 0 }

/**
 * Pages of one search. A token holds a place, the limit, and a digest of the question that it belongs to: it opens nothing, since
 * every page asks for its permissions anew.
 */
export function createSearchPages<Place extends NonNullable<unknown>>(
  search: string,
  place: z.ZodType<Place>,
): SearchPages<Place> {
  const form = z.object({
    place: place.nullable(),
    limit: z.int().min(0).max(maximumSearchResults),
    question: z.string(),
  })
  const cursors = createCursorForm(`access-${search}`, form)
  return {
    read: ({ token, limit } = {}, question) => {
      const asked = limit === undefined ? undefined : Math.min(limit, maximumSearchResults)
      // The specification ends a series with an empty token; who sends it back starts anew.
      if (token === undefined || token === "")
        return { limit: asked ?? defaultSearchResults, after: undefined }
      const known = cursors.read(token)
      const isSame = known?.question === digestOf(question) && (asked ?? known.limit) === known.limit
      if (known === undefined || !isSame) throw new GatehouseError("request.invalid_cursor")
      return { limit: known.limit, after: known.place ?? undefined }
    },
    write: ({ limit, after }, question, { count, next }) => {
      const following = limit === 0 ? (after ?? null) : next
      const isLast = following === undefined
      const next_token = isLast
        ? ""
        : cursors.write({ place: following, limit, question: digestOf(question) } as z.output<typeof form>)
      return { next_token, count }
    },
  }
}

/** Equal for equal JSON, whatever the order of its members. */
function digestOf(question: unknown): string {
  return createHash("sha256")
    .update(JSON.stringify(inOrder(question)))
    .digest("base64url")
}

function inOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOrder)
  if (typeof value !== "object" || value === null) return value
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => [name, inOrder(member)])
    .sort(([left], [right]) => (String(left) < String(right) ? -1 : 1))
  // Marked, so that no list of pairs is taken for an object.
  return { members }
}
