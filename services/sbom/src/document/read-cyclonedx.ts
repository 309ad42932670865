import { ComponentType, HashAlgorithm } from "@cyclonedx/cyclonedx-library/Enums"
import { fixupSpdxId } from "@cyclonedx/cyclonedx-library/SPDX"
import { GatehouseError } from "@gatehouse/kernel"
import { z } from "zod"
import { hashContent, keptList, keptText, requiredText } from "./component-fields.ts"
import type { ParsedComponent, ParsedDocument } from "./parsed-document.ts"
import { readPurl } from "./purl.ts"
import {
  assertComponentCount,
  createWarningList,
  type DocumentPath,
  readAs,
  type WarningList,
} from "./violations.ts"

/** Versions of CycloneDX that are taken: those with the members that are read here in their present form. */
export const cyclonedxVersions: ReadonlySet<string> = new Set(["1.4", "1.5", "1.6", "1.7"])

const licenseChoice = z.union([
  z.object({ license: z.object({ id: requiredText.optional(), name: keptText.optional() }) }),
  z.object({ expression: requiredText }),
])

const componentSchema = z.object({
  type: z.enum(ComponentType),
  name: requiredText,
  group: keptText.optional(),
  version: keptText.optional(),
  purl: z.string().optional(),
  licenses: keptList(licenseChoice).optional(),
  hashes: keptList(z.object({ alg: z.enum(HashAlgorithm), content: hashContent })).optional(),
  components: z.array(z.unknown()).optional(),
})

const documentSchema = z.object({
  specVersion: z.string(),
  serialNumber: keptText.optional(),
  metadata: z.object({ component: z.unknown().optional() }).optional(),
  components: z.array(z.unknown()).optional(),
})

/**
 * Reads a CycloneDX JSON document: its components, nested ones included, in the document's order. `metadata.component` is the
 * subject, not one of them. Members that are not kept are not judged. A package URL that cannot be read is a warning: the
 * component is kept without it.
 * Throws `sbom.unsupported_version`, `sbom.invalid_document` and `sbom.too_many_components`.
 */
export function readCyclonedx(document: object): ParsedDocument {
  const { specVersion, serialNumber, metadata, components } = readAs(documentSchema, document, [])
  if (!cyclonedxVersions.has(specVersion)) throw new GatehouseError("sbom.unsupported_version")
  const warnings = createWarningList()
  const subject =
    metadata?.component === undefined
      ? undefined
      : readAs(componentSchema, metadata.component, ["metadata", "component"])
  return {
    format: "cyclonedx",
    formatVersion: specVersion,
    serial: serialNumber ?? null,
    subject: subject ? { name: subject.name, version: subject.version ?? null } : null,
    components: readComponents(components ?? [], warnings),
    warnings: warnings.list,
    warningCount: warnings.count,
  }
}

interface Pending {
  readonly value: unknown
  readonly path: DocumentPath
}

/** Walks nested components with a stack of its own: the document's depth is not the stack's. */
function readComponents(top: readonly unknown[], warnings: WarningList): ParsedComponent[] {
  assertComponentCount(top.length)
  const found: ParsedComponent[] = []
  const pending: Pending[] = []
  const push = (values: readonly unknown[], path: DocumentPath) => {
    assertComponentCount(found.length + pending.length + values.length)
    for (let index = values.length - 1; index >= 0; index -= 1)
      pending.push({ value: values[index], path: [...path, index] })
  }
  push(top, ["components"])
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const component = readAs(componentSchema, next.value, next.path)
    found.push(toComponent(component, next.path, warnings))
    if (component.components) push(component.components, [...next.path, "components"])
  }
  return found
}

function toComponent(
  component: z.output<typeof componentSchema>,
  path: DocumentPath,
  warnings: WarningList,
): ParsedComponent {
  const purl = component.purl ? readPurl(component.purl) : undefined
  if (component.purl && !purl) warnings.add([...path, "purl"], "not a package URL")
  return {
    name: component.name,
    group: component.group || null,
    version: component.version || null,
    type: component.type,
    purl: purl ?? null,
    licenses: (component.licenses ?? []).flatMap(licenseText),
    hashes: (component.hashes ?? []).map(({ alg, content }) => ({ algorithm: alg, content })),
  }
}

function licenseText(choice: z.output<typeof licenseChoice>): string[] {
  if ("expression" in choice) return [choice.expression]
  const text = fixupSpdxId(choice.license.id) ?? choice.license.id ?? choice.license.name
  return text ? [text] : []
}
