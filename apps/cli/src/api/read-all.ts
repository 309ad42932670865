import type { z } from "zod"
import type { Api, ApiRequest } from "./api.ts"

/** The largest page that lists give. */
const pageSize = 200

/** Every item of a list, page by page; at most `limit` where one is given. */
export async function readAll<Item>(
  api: Api,
  path: string,
  schema: z.ZodType<{ items: Item[]; next_cursor: string | null }>,
  options: ApiRequest & { readonly limit?: number | undefined } = {},
): Promise<Item[]> {
  const { limit = Number.POSITIVE_INFINITY, ...request } = options
  const items: Item[] = []
  for (let cursor: string | undefined; ; ) {
    const wanted = Math.min(pageSize, limit - items.length)
    const page = await api.call("GET", path, schema, {
      ...request,
      query: { ...request.query, limit: wanted, cursor },
    })
    items.push(...page.items)
    if (page.next_cursor === null || items.length >= limit) return items
    cursor = page.next_cursor
  }
}
