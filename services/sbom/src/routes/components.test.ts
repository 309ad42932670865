import type { OrganizationId, Principal, ProjectUuid } from "@gatehouse/contracts"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cyclonedx } from "../testing/small-documents.ts"
import { startTestService, type TestService } from "../testing/start-test-service.ts"

let service: TestService
let acme: OrganizationId
let project: ProjectUuid
let developer: Principal

const purls = [
  "pkg:npm/%40angular/core@20.1.0",
  "pkg:npm/%40angular/core@20.2.0",
  "pkg:npm/core@20.1.0",
  "pkg:pypi/Django_Rest@3.1",
  "pkg:deb/debian/curl@8.1?arch=i386&distro=trixie",
  "pkg:deb/debian/curl@8.1?arch=amd64&distro=trixie",
  "pkg:golang/google.golang.org/genproto@v1#googleapis/api",
  "pkg:golang/google.golang.org/genproto@v1",
]

beforeAll(async () => {
  service = await startTestService()
  acme = await service.addOrganization("acme")
  project = await service.addProject(acme)
  developer = await service.addUser(acme, "developer", project)
  const components = purls.map((purl, index) => ({
    type: "library",
    name: `component-${index}`,
    purl,
    licenses: [{ license: { id: "MIT" } }],
    hashes: [{ alg: "SHA-256", content: "ab".repeat(32) }],
  }))
  const answer = await service.request(developer, "POST", "/v1/sboms", {
    project,
    body: cyclonedx(components),
  })
  expect(answer.status).toBe(201)
})
afterAll(() => service.close())

async function search(purl: string, options: { as?: Principal; project?: string; limit?: number } = {}) {
  const path = `/v1/components?purl=${encodeURIComponent(purl)}${options.limit ? `&limit=${options.limit}` : ""}`
  return service.request(options.as ?? developer, "GET", path, { project: options.project ?? project })
}

async function found(purl: string): Promise<number[]> {
  const answer = await search(purl)
  expect(answer.status).toBe(200)
  return answer.json.items.map(({ name }: { name: string }) => Number(name.split("-")[1]))
}

describe("search by package URL", () => {
  test.each([
    ["an exact one", "pkg:npm/%40angular/core@20.1.0", [0]],
    ["without a version every version", "pkg:npm/%40angular/core", [0, 1]],
    ["another spelling of the same", "PKG:npm/@Angular/Core@20.2.0", [1]],
    ["its type's own rules of spelling", "pkg:pypi/django-rest", [3]],
    ["a namespace is part of the name", "pkg:npm/core", [2]],
    ["qualifiers in any order", "pkg:deb/debian/curl@8.1?distro=trixie&arch=i386", [4]],
    ["some qualifiers", "pkg:deb/debian/curl?distro=trixie", [4, 5]],
    ["no qualifiers", "pkg:deb/debian/curl@8.1", [4, 5]],
    ["a subpath", "pkg:golang/google.golang.org/genproto@v1#googleapis/api", [6]],
    ["nothing that is there", "pkg:npm/core@20.2.0", []],
    ["a version is text, not a pattern", "pkg:npm/core@20%25", []],
  ])("%s", async (_, purl, expected) => expect(await found(purl)).toEqual(expected))

  test("shows what is kept of a component, and nothing internal", async () => {
    const answer = await search(purls[0] ?? "")
    expect(answer.json.items).toEqual([
      {
        sbom_id: expect.any(String),
        name: "component-0",
        group: null,
        version: null,
        type: "library",
        purl: "pkg:npm/%40angular/core@20.1.0",
        licenses: ["MIT"],
        hashes: [{ algorithm: "SHA-256", content: "ab".repeat(32) }],
      },
    ])
  })

  test.each(["", "left-pad", "pkg:", "https://example.org", `pkg:npm/${"a".repeat(3_000)}`])(
    "%j is refused",
    async (purl) => {
      const answer = await search(purl)
      expect(answer.status).toBe(422)
      expect(["sbom.invalid_purl", "request.invalid"]).toContain(answer.json.code)
    },
  )

  test("pages neither repeat nor leave out", async () => {
    const first = await search("pkg:deb/debian/curl", { limit: 1 })
    expect(first.json.items).toHaveLength(1)
    const path = `/v1/components?purl=pkg:deb/debian/curl&limit=1&cursor=${first.json.next_cursor}`
    const second = await service.request(developer, "GET", path, { project })
    expect(second.json.items.map(({ name }: { name: string }) => name)).toEqual(["component-5"])
    expect(second.json.next_cursor).toBeNull()
  })

  test("a cursor beyond every position was not issued", async () => {
    const place = ["0198a1b2-0000-7000-8000-000000000001", 2 ** 31]
    const cursor = Buffer.from(JSON.stringify(place)).toString("base64url")
    const path = `/v1/components?purl=pkg:deb/debian/curl&cursor=${cursor}`
    const { status, json } = await service.request(developer, "GET", path, { project })
    expect([status, json.code]).toEqual([400, "request.invalid_cursor"])
  })

  test("another project of the same person shows nothing of this one", async () => {
    const other = await service.addProject(acme)
    const both = await service.addUser(acme, "developer", project)
    await service.authorizer.write({
      writes: [{ user: both.id, relation: "viewer", object: `project:${other}` }],
    })
    expect((await search("pkg:npm/core", { as: both })).json.items).toHaveLength(1)
    expect((await search("pkg:npm/core", { as: both, project: other })).json.items).toEqual([])
  })
})
