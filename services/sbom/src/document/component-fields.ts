import { z } from "zod"
import { maximumListLength, maximumTextLength } from "./limits.ts"

/** PostgreSQL's text and jsonb take no NUL; a lone surrogate has no UTF-8. */
const isStorable = (text: string) => !text.includes("\0") && text.isWellFormed()

/** Text of a component that is kept. */
export const keptText = z
  .string()
  .max(maximumTextLength)
  .refine(isStorable, { error: "must be Unicode text without NUL" })

/** Text that must say something. */
export const requiredText = keptText.min(1)

/** A hash's content: hex of 32 to 128 digits, as CycloneDX's `hash-content`; kept in lower case. */
export const hashContent = z
  .string()
  .regex(/^[0-9a-fA-F]{32,128}$/, { error: "must be 32 to 128 hexadecimal digits" })
  .toLowerCase()

/** A list whose members are kept. */
export function keptList<Item extends z.ZodType>(item: Item) {
  return z.array(item).max(maximumListLength)
}
