/** A small CycloneDX document with the given components. */
export function cyclonedx(components: readonly object[] = [], members: object = {}): object {
  return { bomFormat: "CycloneDX", specVersion: "1.6", version: 1, components, ...members }
}

/** A component of a small document. */
export function library(name: string, version = "1.0.0"): object {
  return { type: "library", name, version, purl: `pkg:npm/${name}@${version}` }
}
