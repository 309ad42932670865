import type { OrganizationId, ProjectUuid, Sbom } from "@gatehouse/contracts"
import type { ScopedTransaction } from "@gatehouse/postgres"
import type { Insertable } from "kysely"
import type { ParsedComponent, ParsedDocument } from "../document/parsed-document.ts"
import type { ComponentTable, SbomDatabase } from "./tables.ts"
import { sbomColumns, toSbom } from "./to-sbom.ts"

/** Rows of one INSERT: 15 values each, of the 65,535 that PostgreSQL's protocol takes. */
const rowsPerInsert = 1_000

/** A document to keep, with where it belongs: the grant's organization and project, never the document's own words. */
export interface NewDocument {
  readonly organization: OrganizationId
  readonly project: ProjectUuid
  readonly createdBy: string
  readonly createdAt: Date
  readonly contentType: string
  readonly content: Buffer
  readonly sha256: string
  readonly parsed: ParsedDocument
}

/** Keeps a document, its bytes and its components in the transaction of its audit record. */
export async function insertDocument(
  tx: ScopedTransaction<SbomDatabase, "insert_update">,
  input: NewDocument,
): Promise<Sbom> {
  const { parsed } = input
  const place = { org_id: input.organization, project_id: input.project }
  const row = await tx
    .insertInto("sbom")
    .values({
      ...place,
      format: parsed.format,
      format_version: parsed.formatVersion,
      name: parsed.subject?.name ?? null,
      version: parsed.subject?.version ?? null,
      serial: parsed.serial,
      component_count: parsed.components.length,
      size_bytes: input.content.length,
      sha256: input.sha256,
      created_at: input.createdAt,
      created_by: input.createdBy,
    })
    .returning(sbomColumns)
    .executeTakeFirstOrThrow()
  await tx
    .insertInto("document")
    .values({ ...place, sbom_id: row.id, content_type: input.contentType, content: input.content })
    .execute()
  for (let start = 0; start < parsed.components.length; start += rowsPerInsert) {
    const rows = parsed.components
      .slice(start, start + rowsPerInsert)
      .map((component, index) => ({ ...place, sbom_id: row.id, ...toRow(component, start + index) }))
    await tx.insertInto("component").values(rows).execute()
  }
  return toSbom(row)
}

function toRow(
  component: ParsedComponent,
  position: number,
): Omit<Insertable<ComponentTable>, "sbom_id" | "org_id" | "project_id"> {
  const { purl } = component
  return {
    position,
    name: component.name,
    component_group: component.group,
    version: component.version,
    type: component.type,
    purl: purl?.canonical ?? null,
    purl_base: purl?.base ?? null,
    purl_version: purl?.version ?? null,
    purl_qualifiers: purl ? JSON.stringify(purl.qualifiers) : null,
    purl_subpath: purl?.subpath ?? null,
    licenses: JSON.stringify(component.licenses),
    hashes: JSON.stringify(component.hashes),
  }
}
