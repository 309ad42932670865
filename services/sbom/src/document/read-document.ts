import { GatehouseError } from "@gatehouse/kernel"
import type { ParsedDocument } from "./parsed-document.ts"
import { readCyclonedx } from "./read-cyclonedx.ts"
import { readJson } from "./read-json.ts"
import { readSpdx } from "./read-spdx.ts"

/**
 * Reads the bytes of an SBOM, whichever of the two formats they say they are; the content type is not asked.
 * Throws `request.invalid_json` for what is not JSON, and a code of the area `sbom` for JSON that is not taken.
 */
export function readDocument(bytes: Uint8Array): ParsedDocument {
  const document = readJson(bytes)
  if (typeof document !== "object" || document === null || Array.isArray(document))
    throw new GatehouseError("sbom.not_an_sbom")
  const isCyclonedx = Object.hasOwn(document, "bomFormat")
  const isSpdx = Object.hasOwn(document, "spdxVersion")
  // A document that says it is both would be read as two different ones by two readers.
  if (isCyclonedx && isSpdx) throw new GatehouseError("sbom.not_an_sbom")
  if (isCyclonedx && (document as { bomFormat: unknown }).bomFormat === "CycloneDX")
    return readCyclonedx(document)
  if (isSpdx) return readSpdx(document)
  if (isSpdx3(document)) throw new GatehouseError("sbom.unsupported_version")
  throw new GatehouseError("sbom.not_an_sbom")
}

/** SPDX 3 is JSON-LD whose context is SPDX's own; it is refused by name, so that nobody searches for a mistake. */
function isSpdx3(document: object): boolean {
  const context: unknown =
    Object.hasOwn(document, "@context") && (document as Record<string, unknown>)["@context"]
  const contexts: unknown[] = Array.isArray(context) ? context : [context]
  return contexts.some((entry) => typeof entry === "string" && entry.startsWith("https://spdx.org/rdf/3"))
}
