import { GatehouseError } from "@gatehouse/kernel"
import type { RequestHeaders } from "./request-headers.ts"

/** The header with which a client selects a project. It only selects: it opens nothing. */
export const projectHeader = "x-project-id"

/** What a request selects. */
export interface ProjectSelection {
  /** As written; undefined for none. Whether it exists is not asked here. */
  readonly project: string | undefined
  /** The header's value where the request has one; it goes on to the service. */
  readonly header: string | undefined
}

/**
 * The project that a request selects, by header or by its path. Throws `request.project_mismatch` where it selects several,
 * as the services do.
 */
export function selectProject(headers: RequestHeaders, inPath: string | undefined): ProjectSelection {
  const inHeader = new Set((headers.get(projectHeader) ?? []).map((value) => value.trim()))
  const selections = new Set(inHeader)
  if (inPath !== undefined) selections.add(decodeURIComponent(inPath))
  if (selections.size > 1) throw new GatehouseError("request.project_mismatch")
  const [project] = selections
  const [header] = inHeader
  if (header !== undefined && !plainText.test(header)) throw new GatehouseError("gateway.malformed_request")
  return { project, header }
}

/** Visible ASCII: what may be copied into another message. */
const plainText = /^[!-~]*$/
