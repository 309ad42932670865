import { GatehouseError } from "@gatehouse/kernel"
import type { z } from "zod"
import { maximumComponents, maximumWarnings } from "./limits.ts"
import type { DocumentWarning } from "./parsed-document.ts"

/** Where a member stands in the document. */
export type DocumentPath = readonly (string | number)[]

/** A path as JSON Pointer (RFC 6901 section 3). */
export function toPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("")
}

/** The value as the schema reads it. Throws `sbom.invalid_document` with the path of each member at fault. */
export function readAs<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  path: DocumentPath,
): z.output<Schema> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw new GatehouseError("sbom.invalid_document", {
    details: {
      errors: parsed.error.issues
        .slice(0, maximumWarnings)
        .map((issue) => ({ path: toPointer([...path, ...issue.path]), message: issue.message })),
    },
  })
}

/** Throws `sbom.too_many_components` beyond the limit. */
export function assertComponentCount(count: number): void {
  if (count <= maximumComponents) return
  throw new GatehouseError("sbom.too_many_components", {
    publicMessage: `The document has more than ${maximumComponents} components.`,
    details: { limit: maximumComponents },
  })
}

/** Collects what was passed over: the first few by path, the rest by number. */
export interface WarningList {
  add(path: DocumentPath, message: string): void
  readonly list: readonly DocumentWarning[]
  readonly count: number
}

/** An empty list for one document. */
export function createWarningList(): WarningList {
  const list: DocumentWarning[] = []
  let count = 0
  return {
    add(path, message) {
      count += 1
      if (list.length < maximumWarnings) list.push({ path: toPointer(path), message })
    },
    list,
    get count() {
      return count
    },
  }
}
