import { GatehouseError } from "@gatehouse/kernel"
import { headerValues } from "./header-values.ts"
import type { IncomingRequest } from "./incoming-request.ts"

const projectPath = /^\/v1\/projects\/([^/?#]+)(?=[/?#]|$)/

/**
 * The project that a request selects, as written: by path (`/v1/projects/{id}` and below) or `X-Project-ID`. Undefined for
 * none. Throws `request.project_mismatch` where it selects several. Whether the project exists is not asked here.
 */
export function readProjectSelection(
  request: Pick<IncomingRequest, "url" | "rawHeaders">,
): string | undefined {
  const inPath = projectPath.exec(request.url)?.[1]
  const selections = new Set(headerValues(request, "x-project-id").map((value) => value.trim()))
  if (inPath !== undefined) selections.add(decoded(inPath))
  if (selections.size > 1) throw new GatehouseError("request.project_mismatch")
  const [selected] = selections
  return selected
}

/** A path member as the router decodes it; one that cannot be decoded names nothing that exists. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
