import { expect, test } from "vitest"
import { cyclonedx, library } from "../testing/small-documents.ts"
import { createDocumentReader } from "./create-document-reader.ts"
import { maximumDocumentBytes } from "./limits.ts"
import { readDocument } from "./read-document.ts"

const bytes = (document: object | string) =>
  Buffer.from(typeof document === "string" ? document : JSON.stringify(document))

const large = bytes(
  cyclonedx(
    Array.from({ length: 10_000 }, (_, index) => ({
      ...library(`package-${index}`),
      description: "x".repeat(1_000),
    })),
  ),
)

test("a document is read to the same value in a thread and at once", async () => {
  const reader = createDocumentReader()
  const small = bytes(cyclonedx([library("a"), { type: "library", name: "b", purl: "nonsense" }]))
  expect(await reader.read(small)).toEqual(readDocument(small))
  expect(await reader.read(large)).toEqual(readDocument(large))
})

test("a refusal in a thread keeps code, message and details", async () => {
  const reader = createDocumentReader()
  const broken = bytes(
    `{"pad":"${"x".repeat(1_000_000)}","bomFormat":"CycloneDX","specVersion":"1.6","components":[{}]}`,
  )
  await expect(reader.read(broken)).rejects.toMatchObject({
    code: "sbom.invalid_document",
    details: { errors: expect.arrayContaining([expect.objectContaining({ path: "/components/0/name" })]) },
  })
  await expect(reader.read(bytes("[".repeat(1_000_000)))).rejects.toMatchObject({ code: "sbom.too_deep" })
})

test("while a large document is read, the process answers others", { timeout: 60_000 }, async () => {
  const reader = createDocumentReader()
  const document = bytes(cyclonedx([], { extra: Array(400_000).fill({ a: [] }), components: [{}] }))
  let turns = 0
  const timer = setInterval(() => turns++, 5)
  await expect(reader.read(document)).rejects.toMatchObject({ code: "sbom.invalid_document" })
  clearInterval(timer)
  expect(turns).toBeGreaterThan(3)
})

test("the largest documents that are taken fit into a thread's memory, several at once", {
  timeout: 120_000,
}, async () => {
  const reader = createDocumentReader()
  const item = {
    ...library("left-pad"),
    properties: Array.from({ length: 12 }, () => ({ name: "n", value: "v" })),
  }
  const count = Math.floor(maximumDocumentBytes / (JSON.stringify(item).length + 1)) - 10
  const document = bytes(cyclonedx(Array(Math.min(count, 35_000)).fill(item)))
  expect(document.length).toBeGreaterThan(10_000_000)
  const read = await Promise.all([reader.read(document), reader.read(document), reader.read(document)])
  expect(read.map(({ components }) => components.length)).toEqual(Array(3).fill(Math.min(count, 35_000)))
})
