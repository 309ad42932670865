import { z } from "zod"
import { pageSchema } from "./page.ts"

/** A document as lists show it. */
export const sbomSchema = z
  .object({
    id: z.uuid(),
    project_id: z.uuid(),
    format: z.enum(["cyclonedx", "spdx"]),
    format_version: z.string(),
    name: z.string().nullable().meta({ description: "What the document is about." }),
    version: z.string().nullable(),
    serial: z
      .string()
      .nullable()
      .meta({ description: "The document's own identity: serial number or namespace." }),
    component_count: z.int(),
    size_bytes: z.int(),
    sha256: z.string().meta({ description: "Of the document's bytes, in hex." }),
    created_at: z.iso.datetime(),
    created_by: z.string(),
  })
  .meta({ id: "Sbom" })
/** A document of an answer, read. */
export type Sbom = z.infer<typeof sbomSchema>
/** A page of one project's documents. */
export const sbomPageSchema = pageSchema(sbomSchema).meta({ id: "SbomPage" })

/** The answer to an upload: the document, and what of it was passed over. */
export const sbomCreatedSchema = sbomSchema
  .extend({
    warning_count: z.int(),
    warnings: z.array(z.object({ path: z.string(), message: z.string() })),
  })
  .meta({ id: "SbomCreated" })
/** The answer to an upload, read. */
export type SbomCreated = z.infer<typeof sbomCreatedSchema>

/** A component of one document. */
export const componentSchema = z
  .object({
    sbom_id: z.uuid(),
    name: z.string(),
    group: z.string().nullable(),
    version: z.string().nullable(),
    type: z.string().nullable(),
    purl: z.string().nullable(),
    licenses: z.array(z.string()),
    hashes: z.array(z.object({ algorithm: z.string(), content: z.string() })),
  })
  .meta({ id: "Component" })
/** A component of an answer, read. */
export type Component = z.infer<typeof componentSchema>
/** A page of components, of one document or of a search in a project. */
export const componentPageSchema = pageSchema(componentSchema).meta({ id: "ComponentPage" })
