import type { ReadPurl } from "./purl.ts"

/** A hash as CycloneDX names it: `SHA-256`, content in lower-case hex. */
export interface ComponentHash {
  readonly algorithm: string
  readonly content: string
}

/** What is kept of a component, whichever format named it. */
export interface ParsedComponent {
  readonly name: string
  readonly group: string | null
  readonly version: string | null
  /** One of CycloneDX's component types; null where an SPDX package does not say what it is for. */
  readonly type: string | null
  readonly purl: ReadPurl | null
  /** SPDX ids, SPDX expressions, or names of licences that have no id. */
  readonly licenses: readonly string[]
  readonly hashes: readonly ComponentHash[]
}

/** The formats that can be uploaded, as JSON. */
export type DocumentFormat = "cyclonedx" | "spdx"

/** What a document is about: CycloneDX's `metadata.component`, SPDX's described package. */
export interface DocumentSubject {
  readonly name: string
  readonly version: string | null
}

/** A part of the document that was passed over, and where. Never a value of it. */
export interface DocumentWarning {
  /** JSON Pointer (RFC 6901). */
  readonly path: string
  readonly message: string
}

/** An SBOM as read: what is kept of it beside its own bytes. */
export interface ParsedDocument {
  readonly format: DocumentFormat
  readonly formatVersion: string
  /** CycloneDX's `serialNumber`, SPDX's `documentNamespace`: the document's own identity, not ours. */
  readonly serial: string | null
  readonly subject: DocumentSubject | null
  readonly components: readonly ParsedComponent[]
  readonly warnings: readonly DocumentWarning[]
  /** All warnings, those beyond the limit of the list included. */
  readonly warningCount: number
}
