import { ComponentType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums"
import { fixupSpdxId } from "@cyclonedx/cyclonedx-library/SPDX"
import { GatehouseError } from "@gatehouse/kernel"
import { z } from "zod"
import { hashContent, keptList, keptText, requiredText } from "./component-fields.ts"
import type { ComponentHash, DocumentSubject, ParsedComponent, ParsedDocument } from "./parsed-document.ts"
import { type ReadPurl, readPurl } from "./purl.ts"
import {
  assertComponentCount,
  createWarningList,
  type DocumentPath,
  readAs,
  type WarningList,
} from "./violations.ts"

/** SPDX's own spelling of the versions that are taken. 3.0 is another document altogether (JSON-LD). */
export const spdxVersions: ReadonlyMap<string, string> = new Map([
  ["SPDX-2.2", "2.2"],
  ["SPDX-2.3", "2.3"],
])

/** SPDX 2.3 section 7.24 beside CycloneDX's component types; SOURCE, ARCHIVE, INSTALL and OTHER have no equal there. */
const typeByPurpose: ReadonlyMap<string, ComponentType> = new Map([
  ["APPLICATION", ComponentType.Application],
  ["FRAMEWORK", ComponentType.Framework],
  ["LIBRARY", ComponentType.Library],
  ["CONTAINER", ComponentType.Container],
  ["OPERATING_SYSTEM", ComponentType.OperatingSystem],
  ["OPERATING-SYSTEM", ComponentType.OperatingSystem],
  ["DEVICE", ComponentType.Device],
  ["FIRMWARE", ComponentType.Firmware],
  ["FILE", ComponentType.File],
])

/** SPDX 2.3 section 7.10: algorithms without the first hyphen. Those that CycloneDX does not have keep SPDX's name. */
const algorithmBySpdx: ReadonlyMap<string, string> = new Map([
  ["SHA1", HashAlgorithm["SHA-1"]],
  ["SHA256", HashAlgorithm["SHA-256"]],
  ["SHA384", HashAlgorithm["SHA-384"]],
  ["SHA512", HashAlgorithm["SHA-512"]],
])

/** Values that say nothing is said (SPDX 2.3 sections 7.13 and 7.15). */
const saysNothing: ReadonlySet<string> = new Set(["", "NOASSERTION", "NONE"])

const packageSchema = z.object({
  SPDXID: requiredText,
  name: requiredText,
  versionInfo: keptText.optional(),
  primaryPackagePurpose: z.string().optional(),
  licenseConcluded: keptText.optional(),
  licenseDeclared: keptText.optional(),
  checksums: keptList(z.object({ algorithm: requiredText, checksumValue: z.string() })).optional(),
  externalRefs: z.array(z.object({ referenceType: z.string(), referenceLocator: z.string() })).optional(),
})

const documentSchema = z.object({
  spdxVersion: z.string(),
  SPDXID: z.literal("SPDXRef-DOCUMENT"),
  documentNamespace: keptText.optional(),
  documentDescribes: z.array(z.string()).optional(),
  packages: z.array(z.unknown()).optional(),
  relationships: z.array(z.unknown()).optional(),
})

const describesSchema = z.object({
  spdxElementId: z.literal("SPDXRef-DOCUMENT"),
  relationshipType: z.literal("DESCRIBES"),
  relatedSpdxElement: z.string(),
})

/**
 * Reads an SPDX 2.2 or 2.3 JSON document: its packages, in the document's order. The subject is the package that the document
 * describes, where it describes exactly one; it is among the components, as SPDX lists it among the packages. Files and
 * snippets are not read.
 * Throws `sbom.unsupported_version`, `sbom.invalid_document` and `sbom.too_many_components`.
 */
export function readSpdx(document: object): ParsedDocument {
  const { spdxVersion, ...rest } = readAs(documentSchema, document, [])
  const formatVersion = spdxVersions.get(spdxVersion)
  if (formatVersion === undefined) throw new GatehouseError("sbom.unsupported_version")
  const values = rest.packages ?? []
  assertComponentCount(values.length)
  const warnings = createWarningList()
  const packages = values.map((value, index) => readAs(packageSchema, value, ["packages", index]))
  return {
    format: "spdx",
    formatVersion,
    serial: rest.documentNamespace ?? null,
    subject: subjectOf(packages, rest.documentDescribes, rest.relationships),
    components: packages.map((item, index) => toComponent(item, ["packages", index], warnings)),
    warnings: warnings.list,
    warningCount: warnings.count,
  }
}

type SpdxPackage = z.output<typeof packageSchema>

function subjectOf(
  packages: readonly SpdxPackage[],
  describes: readonly string[] | undefined,
  relationships: readonly unknown[] | undefined,
): DocumentSubject | null {
  const ids = new Set(describes)
  for (const value of relationships ?? []) {
    const relationship = describesSchema.safeParse(value)
    if (relationship.success) ids.add(relationship.data.relatedSpdxElement)
  }
  const described = packages.filter((item) => ids.has(item.SPDXID))
  const [only] = described
  return described.length === 1 && only ? { name: only.name, version: only.versionInfo || null } : null
}

function toComponent(item: SpdxPackage, path: DocumentPath, warnings: WarningList): ParsedComponent {
  return {
    name: item.name,
    group: null,
    version: item.versionInfo || null,
    type: typeByPurpose.get(item.primaryPackagePurpose ?? "") ?? null,
    purl: purlOf(item, path, warnings),
    licenses: licensesOf(item),
    hashes: hashesOf(item, path, warnings),
  }
}

/** A package may have several purls (section 7.21); the first that can be read counts. */
function purlOf(item: SpdxPackage, path: DocumentPath, warnings: WarningList): ReadPurl | null {
  for (const [index, reference] of (item.externalRefs ?? []).entries()) {
    if (reference.referenceType !== "purl") continue
    const purl = readPurl(reference.referenceLocator)
    if (purl) return purl
    warnings.add([...path, "externalRefs", index, "referenceLocator"], "not a package URL")
  }
  return null
}

/** What somebody concluded goes before what the package declares. */
function licensesOf({ licenseConcluded, licenseDeclared }: SpdxPackage): string[] {
  const said = [licenseConcluded, licenseDeclared].find((text) => text && !saysNothing.has(text))
  return said ? [fixupSpdxId(said) ?? said] : []
}

function hashesOf(item: SpdxPackage, path: DocumentPath, warnings: WarningList): ComponentHash[] {
  const hashes: ComponentHash[] = []
  for (const [index, { algorithm, checksumValue }] of (item.checksums ?? []).entries()) {
    const content = hashContent.safeParse(checksumValue)
    if (content.success)
      hashes.push({ algorithm: algorithmBySpdx.get(algorithm) ?? algorithm, content: content.data })
    // MD2, MD4, MD6 and ADLER32 have other lengths; nothing is matched by them.
    else warnings.add([...path, "checksums", index], "not a hash that is kept")
  }
  return hashes
}
