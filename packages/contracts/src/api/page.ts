import { z } from "zod"

/** Query members of every list. */
export const pageQuerySchema = z.object({
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .meta({ description: "At most this many items." }),
  cursor: z.string().max(512).optional().meta({ description: "`next_cursor` of the page before." }),
})

/** A page of a list: `next_cursor` is null on the last. */
export function pageSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() })
}

/** A page as a value. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly next_cursor: string | null
}
