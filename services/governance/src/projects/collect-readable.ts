/** Items that one page may look at: beyond it the page ends early, with a cursor, so that no request asks without bound. */
export const maximumExaminedItems = 500
/** Items asked about together: with two questions each, two of the wire's batches. */
const itemsPerBatch = 50

/** A page of what the principal may read, out of a list that holds more. */
export interface ReadableQuery<Item, Place> {
  readonly limit: number
  /** Items that this page may look at; `maximumExaminedItems` where it is left out. */
  readonly maximumExamined?: number
  readonly after: Place | undefined
  /** The next items in the list's order, at most `count`. */
  readonly read: (after: Place | undefined, count: number) => Promise<readonly Item[]>
  readonly placeOf: (item: Item) => Place
  /** Whether the principal may read each of them, in their order. */
  readonly isReadable: (items: readonly Item[]) => Promise<readonly boolean[]>
}

/**
 * A page of what the principal may read, filtered in batches. Nothing is ever cut silently: `next` is undefined only where the
 * list is at its end, and a page may hold fewer items than asked for while more follow.
 */
export async function collectReadable<Item, Place>({
  limit,
  maximumExamined = maximumExaminedItems,
  after,
  read,
  placeOf,
  isReadable,
}: ReadableQuery<Item, Place>): Promise<{ readonly items: Item[]; readonly next: Place | undefined }> {
  const items: Item[] = []
  let place = after
  for (let examined = 0; examined < maximumExamined; ) {
    const batch = await read(place, itemsPerBatch)
    const readable = await isReadable(batch)
    for (const [index, item] of batch.entries()) {
      place = placeOf(item)
      if (readable[index] === true) items.push(item)
      if (items.length === limit) {
        const isLast = index === batch.length - 1 && (await read(place, 1)).length === 0
        return { items, next: isLast ? undefined : place }
      }
    }
    if (batch.length < itemsPerBatch) return { items, next: undefined }
    examined += batch.length
  }
  return { items, next: place }
}
