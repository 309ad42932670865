import { GatehouseError } from "@gatehouse/kernel"
import type { AdminRequest, AdminWire } from "./admin-wire.ts"
import { listIn, type Representation } from "./answers.ts"

/** Entries of one answer. */
const pageSize = 100

/**
 * A whole list, page after page; `path` is without a query. A list that does not end within `maximum` throws
 * `identity.unexpected_answer`: who cuts it off would decide by what happened to stand at its beginning.
 */
export async function readPages(
  wire: AdminWire,
  { realm, path, operation }: Pick<AdminRequest, "realm" | "path" | "operation">,
  maximum: number,
): Promise<Representation[]> {
  const entries: Representation[] = []
  for (let first = 0; first < maximum; first += pageSize) {
    const query = `first=${first}&max=${pageSize}&briefRepresentation=true`
    const page = listIn(await wire.read({ realm, path: `${path}?${query}`, operation }), operation)
    entries.push(...page)
    if (page.length < pageSize) return entries
  }
  throw new GatehouseError("identity.unexpected_answer", { details: { operation, limit: maximum } })
}
