import type { ColumnType, Generated, JSONColumnType } from "kysely"
import type { ComponentHash } from "../document/parsed-document.ts"

type Timestamp = ColumnType<Date, Date, never>

/** A document, beside its bytes. Tenant scope: organization's own database; rows of one project by policy. */
export interface SbomTable {
  id: Generated<string>
  org_id: string
  project_id: string
  format: string
  format_version: string
  name: string | null
  version: string | null
  serial: string | null
  component_count: number
  size_bytes: number
  sha256: string
  created_at: Timestamp
  created_by: string
}

/** The bytes of a document as they were sent. A table of its own, so that no list reads them. */
export interface DocumentTable {
  sbom_id: string
  org_id: string
  project_id: string
  content_type: string
  content: Buffer
}

/** A component, in the document's order. */
export interface ComponentTable {
  sbom_id: string
  position: number
  org_id: string
  project_id: string
  name: string
  component_group: string | null
  version: string | null
  type: string | null
  purl: string | null
  /** The package URL without version, qualifiers and subpath: what a search goes by. */
  purl_base: string | null
  purl_version: string | null
  purl_qualifiers: JSONColumnType<Readonly<Record<string, string>>> | null
  purl_subpath: string | null
  licenses: JSONColumnType<readonly string[]>
  hashes: JSONColumnType<readonly ComponentHash[]>
}

/** The service's schema in an organization's database. */
export interface SbomDatabase {
  sbom: SbomTable
  document: DocumentTable
  component: ComponentTable
}
