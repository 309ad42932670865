import type { Page } from "@gatehouse/contracts"
import { allItems, type PageQuery } from "@gatehouse/sdk/client"

/** The largest page that lists give. */
const pageSize = 200

/** The items of a list, page by page; at most `limit` where one is given. */
export async function collectItems<Item>(
  list: (page: PageQuery) => Promise<Page<Item>>,
  limit: number = Number.POSITIVE_INFINITY,
): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of allItems(list, Math.min(pageSize, limit))) {
    items.push(item)
    if (items.length >= limit) break
  }
  return items
}
