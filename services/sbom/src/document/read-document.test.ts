import { isGatehouseError } from "@gatehouse/kernel"
import fc from "fast-check"
import { beforeAll, describe, expect, test } from "vitest"
import { ownSbom } from "../testing/own-sbom.ts"
import { maximumComponents, maximumDepth } from "./limits.ts"
import { readDocument } from "./read-document.ts"

const bytes = (document: unknown) =>
  Buffer.from(typeof document === "string" ? document : JSON.stringify(document))

const cyclonedx = (members: object = {}) => ({
  bomFormat: "CycloneDX",
  specVersion: "1.6",
  version: 1,
  ...members,
})
const spdx = (members: object = {}) => ({
  spdxVersion: "SPDX-2.3",
  SPDXID: "SPDXRef-DOCUMENT",
  dataLicense: "CC0-1.0",
  name: "demo",
  documentNamespace: "https://example.org/demo",
  ...members,
})
const library = (members: object = {}) => ({
  type: "library",
  name: "left-pad",
  version: "1.3.0",
  ...members,
})

/** The code that the document is refused with, and its details. */
function refusal(document: unknown): { code: string; details: Readonly<Record<string, unknown>> } {
  try {
    readDocument(bytes(document))
  } catch (error) {
    if (isGatehouseError(error)) return error
    throw error
  }
  throw new Error("the document was taken")
}

describe("a real document", () => {
  const own: Record<"cyclonedx" | "spdx", Buffer> = { cyclonedx: Buffer.alloc(0), spdx: Buffer.alloc(0) }
  beforeAll(() => {
    own.cyclonedx = ownSbom("cyclonedx")
    own.spdx = ownSbom("spdx")
  })

  test("every component that npm lists of this repository is read, each with its package URL", () => {
    const listed = JSON.parse(own.cyclonedx.toString()) as { components: { name: string; version: string }[] }
    const read = readDocument(own.cyclonedx)
    expect(read.components.map(({ name, version }) => ({ name, version }))).toEqual(
      listed.components.map(({ name, version }) => ({ name, version })),
    )
    expect(read.components.length).toBeGreaterThan(100)
    expect(read.components.every(({ purl }) => purl !== null)).toBe(true)
    expect(read.warningCount).toBe(0)
  })

  test("CycloneDX and SPDX of the same repository name the same packages", () => {
    const urls = (read: ReturnType<typeof readDocument>) =>
      new Set(
        read.components
          .map(({ purl }) => purl?.canonical)
          .filter((purl) => purl?.startsWith("pkg:npm/fastify@")),
      )
    expect(urls(readDocument(own.spdx))).toEqual(urls(readDocument(own.cyclonedx)))
    expect(urls(readDocument(own.spdx)).size).toBe(1)
  })

  test("no change of one value makes reading fail in another way than by a refusal", () => {
    const listed = JSON.parse(own.cyclonedx.toString()) as { components: object[] }
    const sample = { ...listed, components: listed.components.slice(0, 20) }
    fc.assert(
      fc.property(fc.nat(), fc.jsonValue({ maxDepth: 3 }), (seed, value) => {
        expectReadOrRefused(bytes(replaceOne(sample, seed, value)))
      }),
      { numRuns: 1_000 },
    )
  })
})

describe("what is read", () => {
  test("nested components count, in the document's order", () => {
    const nested = library({
      name: "a",
      components: [library({ name: "b", components: [library({ name: "c" })] })],
    })
    const read = readDocument(bytes(cyclonedx({ components: [nested, library({ name: "d" })] })))
    expect(read.components.map(({ name }) => name)).toEqual(["a", "b", "c", "d"])
  })

  test.each(["1.4", "1.5", "1.6", "1.7"])("CycloneDX %s is taken", (specVersion) => {
    expect(readDocument(bytes(cyclonedx({ specVersion, components: [library()] })))).toMatchObject({
      format: "cyclonedx",
      formatVersion: specVersion,
      components: [{ name: "left-pad", version: "1.3.0", type: "library" }],
    })
  })

  test.each(["2.2", "2.3"])("SPDX %s is taken", (version) => {
    const document = spdx({
      spdxVersion: `SPDX-${version}`,
      packages: [
        {
          SPDXID: "SPDXRef-a",
          name: "a",
          versionInfo: "1",
          primaryPackagePurpose: "LIBRARY",
          licenseConcluded: "NOASSERTION",
          licenseDeclared: "MIT",
          checksums: [{ algorithm: "SHA256", checksumValue: "AB".repeat(32) }],
          externalRefs: [
            { referenceCategory: "SECURITY", referenceType: "cpe23Type", referenceLocator: "cpe:2.3:a:*" },
            { referenceCategory: "PACKAGE-MANAGER", referenceType: "purl", referenceLocator: "pkg:npm/a@1" },
          ],
        },
      ],
      relationships: [
        { spdxElementId: "SPDXRef-DOCUMENT", relationshipType: "DESCRIBES", relatedSpdxElement: "SPDXRef-a" },
      ],
    })
    expect(readDocument(bytes(document))).toMatchObject({
      format: "spdx",
      formatVersion: version,
      serial: "https://example.org/demo",
      subject: { name: "a", version: "1" },
      components: [
        {
          name: "a",
          type: "library",
          licenses: ["MIT"],
          purl: { canonical: "pkg:npm/a@1" },
          hashes: [{ algorithm: "SHA-256", content: "ab".repeat(32) }],
        },
      ],
    })
  })

  test("licences are ids, expressions or names, ids in SPDX's spelling", () => {
    const licenses = [
      { license: { id: "apache-2.0" } },
      { license: { name: "Ours" } },
      { expression: "MIT OR ISC" },
    ]
    const read = readDocument(bytes(cyclonedx({ components: [library({ licenses })] })))
    expect(read.components[0]?.licenses).toEqual(["Apache-2.0", "Ours", "MIT OR ISC"])
  })

  test("a package URL that cannot be read is a warning with its place, and the component stays", () => {
    const read = readDocument(bytes(cyclonedx({ components: [library(), library({ purl: "left-pad" })] })))
    expect(read.components).toHaveLength(2)
    expect(read.warnings).toEqual([{ path: "/components/1/purl", message: "not a package URL" }])
  })

  test("a byte order mark is let pass", () => {
    expect(
      readDocument(Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), bytes(cyclonedx())])).components,
    ).toEqual([])
  })
})

describe("what is refused", () => {
  test.each([
    ["nothing", ""],
    ["half a document", '{"bomFormat":"CycloneDX"'],
    ["XML", "<bom/>"],
    ["two documents", "{}{}"],
    ["a duplicate key in a broken text", '{"a":1,"a":2'],
  ])("%s is broken JSON", (_, text) => expect(refusal(text).code).toBe("request.invalid_json"))

  test("bytes that are not UTF-8 are broken JSON", () => {
    expect(() => readDocument(Buffer.from([0x7b, 0xff, 0x7d]))).toThrow(
      expect.objectContaining({ code: "request.invalid_json" }),
    )
  })

  test.each([
    ["null", null],
    ["a list", []],
    ["a text", '"CycloneDX"'],
    ["any object", {}],
    ["another format's name", { bomFormat: "Other", specVersion: "1.6" }],
    ["a document that says it is both", { ...cyclonedx(), ...spdx() }],
    ["a format named on the prototype alone", '{"__proto__":{"bomFormat":"CycloneDX","specVersion":"1.6"}}'],
  ])("%s is not an SBOM", (_, document) => expect(refusal(document).code).toBe("sbom.not_an_sbom"))

  test.each([
    ["CycloneDX 1.3", cyclonedx({ specVersion: "1.3" })],
    ["CycloneDX 2.0", cyclonedx({ specVersion: "2.0" })],
    ["SPDX 2.1", spdx({ spdxVersion: "SPDX-2.1" })],
    ["SPDX 3.0", { "@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": [] }],
  ])("%s is another version", (_, document) =>
    expect(refusal(document).code).toBe("sbom.unsupported_version"),
  )

  test.each([
    ["a component without a name", cyclonedx({ components: [{ type: "library" }] }), "/components/0/name"],
    ["an unknown type", cyclonedx({ components: [library({ type: "animal" })] }), "/components/0/type"],
    ["a component that is a text", cyclonedx({ components: ["a"] }), "/components/0"],
    ["components that are an object", cyclonedx({ components: {} }), "/components"],
    ["NUL in a name", cyclonedx({ components: [library({ name: "a\0" })] }), "/components/0/name"],
    [
      "a hash that is no hash",
      cyclonedx({ components: [library({ hashes: [{ alg: "SHA-256", content: "x" }] })] }),
      "/components/0/hashes/0/content",
    ],
    [
      "a fault in a nested component",
      cyclonedx({ components: [library({ components: [library({ name: 1 })] })] }),
      "/components/0/components/0/name",
    ],
    ["an SPDX package without a name", spdx({ packages: [{ SPDXID: "SPDXRef-a" }] }), "/packages/0/name"],
  ])("%s is named by its path", (_, document, path) => {
    const { code, details } = refusal(document)
    expect(code).toBe("sbom.invalid_document")
    expect(details.errors).toEqual([expect.objectContaining({ path })])
  })

  test("a duplicate key anywhere", () => {
    expect(
      refusal('{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"name":"a","name":"b"}]}').code,
    ).toBe("sbom.duplicate_key")
  })

  test("more components than the limit, flat or nested, and the limit itself is taken", () => {
    const many = (count: number) => Array.from({ length: count }, () => ({ type: "file", name: "f" }))
    expect(readDocument(bytes(cyclonedx({ components: many(maximumComponents) }))).components).toHaveLength(
      maximumComponents,
    )
    expect(refusal(cyclonedx({ components: many(maximumComponents + 1) })).code).toBe(
      "sbom.too_many_components",
    )
    const nested = [library({ components: many(maximumComponents) })]
    expect(refusal(cyclonedx({ components: nested })).code).toBe("sbom.too_many_components")
    const packages = many(maximumComponents + 1)
    expect(refusal(spdx({ packages })).code).toBe("sbom.too_many_components")
  })

  test.each([
    ["lists", "[".repeat(10_000) + "]".repeat(10_000)],
    ["objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`],
    ["objects without an end", '{"a":'.repeat(5_000_000)],
    ["components", `${'{"bomFormat":"CycloneDX","components":['.repeat(10_000)}${"]}".repeat(10_000)}`],
  ])("10,000 nested %s are refused without a deep stack", (_, text) => {
    expect(refusal(text).code).toBe("sbom.too_deep")
  })

  test("the limit of depth is exact", () => {
    const nested = (depth: number) => cyclonedx({ extra: JSON.parse("[".repeat(depth) + "]".repeat(depth)) })
    expect(readDocument(bytes(nested(maximumDepth - 1))).components).toEqual([])
    expect(refusal(nested(maximumDepth)).code).toBe("sbom.too_deep")
  })

  test("32 MiB of tiny values are refused in bounded memory", () => {
    const before = process.memoryUsage().heapUsed
    expect(refusal(`[${"{},".repeat(11_000_000)}{}]`).code).toBe("sbom.too_complex")
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(150_000_000)
  })

  test("no message holds a value of the document", () => {
    const document = cyclonedx({
      components: [
        library({ name: "s3cret\0", type: "s3cret", hashes: [{ alg: "s3cret", content: "s3cret" }] }),
      ],
    })
    const { code, details, ...rest } = refusal(document)
    expect(code).toBe("sbom.invalid_document")
    expect(JSON.stringify({ details, rest })).not.toContain("s3cret")
  })

  test("any bytes and any JSON end in a refusal", () => {
    fc.assert(fc.property(fc.uint8Array(), expectReadOrRefused))
    fc.assert(fc.property(fc.json(), (text) => expectReadOrRefused(Buffer.from(text))))
  })
})

function expectReadOrRefused(document: Uint8Array): void {
  try {
    readDocument(document)
  } catch (error) {
    expect(isGatehouseError(error) && [400, 422].includes(error.status)).toBe(true)
  }
}

/** A copy with the value at one place, chosen by `seed`, replaced. */
function replaceOne(document: unknown, seed: number, value: unknown): unknown {
  const copy = structuredClone(document) as Record<string, unknown>
  let node: Record<string, unknown> = copy
  for (let rest = seed; ; rest = Math.floor(rest / 7)) {
    const keys = Object.keys(node)
    const name = keys[rest % Math.max(keys.length, 1)]
    if (name === undefined) return copy
    const child = node[name]
    if (typeof child !== "object" || child === null || rest % 5 === 0) {
      node[name] = value
      return copy
    }
    node = child as Record<string, unknown>
  }
}
