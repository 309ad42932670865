import { PackageURL } from "packageurl-js"
import { maximumPurlLength } from "./limits.ts"

/** A package URL, taken apart for searching. All parts are in purl's canonical form. */
export interface ReadPurl {
  /** The whole, canonical. */
  readonly canonical: string
  /** Type, namespace and name: what all versions of a package share. */
  readonly base: string
  readonly version: string | null
  readonly qualifiers: Readonly<Record<string, string>>
  readonly subpath: string | null
}

interface PurlParts {
  readonly type: string
  readonly namespace: string | undefined
  readonly name: string
  readonly version?: string | undefined
  readonly qualifiers?: Readonly<Record<string, string>> | undefined
  readonly subpath?: string | undefined
}

/**
 * Reads a package URL (ECMA-427), or undefined where it is none, or longer than the limit. Two spellings of one package (case
 * where its type ignores it, escapes, order of qualifiers) read the same.
 * A type's own demands (conan wants a channel, cran a version) are not enforced: an inventory holds what a tool found, and
 * a search may leave the version out.
 */
export function readPurl(text: string): ReadPurl | undefined {
  if (text.length > maximumPurlLength) return undefined
  try {
    const parts = readParts(text)
    const canonical = write(parts)
    if (canonical.length > maximumPurlLength || canonical.includes("%00")) return undefined
    return {
      canonical,
      base: write({ type: parts.type, namespace: parts.namespace, name: parts.name }),
      version: parts.version ?? null,
      qualifiers: { ...parts.qualifiers },
      subpath: parts.subpath ?? null,
    }
  } catch {
    return undefined
  }
}

/** What the library's constructor does, without the validators of single types. */
function readParts(text: string): PurlParts {
  const [rawType, rawNamespace, rawName, rawVersion, rawQualifiers, rawSubpath] = PackageURL.parseString(text)
  const { type, namespace, name, version, qualifiers, subpath } = PackageURL.Component
  const parts = {
    type: type.normalize(rawType) ?? "",
    namespace: namespace.normalize(rawNamespace) || undefined,
    name: name.normalize(rawName) ?? "",
    version: version.normalize(rawVersion) || undefined,
    qualifiers: normalizeQualifiers(rawQualifiers),
    subpath: subpath.normalize(rawSubpath) || undefined,
  }
  type.validate(parts.type, true)
  name.validate(parts.name, true)
  qualifiers.validate(parts.qualifiers, true)
  const normalizeByType = (PackageURL.Type as Record<string, { normalize(parts: PurlParts): unknown }>)[
    parts.type
  ]?.normalize
  normalizeByType?.(parts)
  return parts
}

/** The library's normalizer of qualifiers is declared as one of strings, and gives an object. */
function normalizeQualifiers(raw: unknown): Readonly<Record<string, string>> | undefined {
  const normalized: unknown = PackageURL.Component.qualifiers.normalize(raw)
  return (normalized ?? undefined) as Readonly<Record<string, string>> | undefined
}

function write(parts: PurlParts): string {
  return PackageURL.prototype.toString.call(parts)
}
