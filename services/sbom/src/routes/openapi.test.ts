import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cyclonedx, library } from "../testing/small-documents.ts"
import { startTestService, type TestService } from "../testing/start-test-service.ts"

let service: TestService
// biome-ignore lint/suspicious/noExplicitAny: the document is looked at as a client generator would
let paths: any
beforeAll(async () => {
  service = await startTestService()
  const answer = await fetch(new URL("/v1/openapi.json", service.url))
  paths = ((await answer.json()) as { paths: unknown }).paths
})
afterAll(() => service.close())

describe("the OpenAPI document", () => {
  test("describes upload and download as they are: body, content types and the header Location", async () => {
    const post = paths["/v1/sboms"].post
    const get = paths["/v1/sboms/{id}/document"].get
    expect(post.requestBody.required).toBe(true)
    expect(post.responses["201"].headers).toHaveProperty("location")

    const acme = await service.addOrganization("acme")
    const project = await service.addProject(acme)
    const member = await service.addUser(acme, "developer", project)
    const body = cyclonedx([library("left-pad")])
    for (const type of Object.keys(post.requestBody.content)) {
      const headers = { "content-type": type }
      const created = await service.request(member, "POST", "/v1/sboms", { project, body, headers })
      expect(created.status).toBe(201)
      const path = `${created.headers.get("location")}/document`
      const document = await service.request(member, "GET", path, { project })
      const [given] = String(document.headers.get("content-type")).split(";")
      expect(Object.keys(get.responses["200"].content)).toContain(given)
    }
  })

  test("names each operation once", () => {
    const operations = Object.values<Record<string, { operationId: string }>>(paths).flatMap(Object.values)
    const names = operations.map(({ operationId }) => operationId)
    expect(names).toContain("getSbomsByIdDocument")
    expect(new Set(names).size).toBe(names.length)
  })
})
