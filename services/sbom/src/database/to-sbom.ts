import { type Sbom, sbomSchema } from "@gatehouse/contracts"
import type { Selectable } from "kysely"
import type { SbomTable } from "./tables.ts"

/** What an answer shows of a document's row. */
export const sbomColumns = [
  "id",
  "project_id",
  "format",
  "format_version",
  "name",
  "version",
  "serial",
  "component_count",
  "size_bytes",
  "sha256",
  "created_at",
  "created_by",
] as const satisfies readonly (keyof SbomTable)[]

/** The columns that answers are made from; the document's bytes are not among them. */
export type SbomRow = Pick<Selectable<SbomTable>, (typeof sbomColumns)[number]>

/** A document's row as the API shows it. */
export function toSbom(row: SbomRow): Sbom {
  return {
    ...row,
    format: sbomSchema.shape.format.parse(row.format),
    created_at: row.created_at.toISOString(),
  }
}
