import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cyclonedx, library } from "../testing/small-documents.ts"
import { startTestService, type TestService } from "../testing/start-test-service.ts"
import { downloadBounds } from "./document-slots.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

/** A member of a new organization, and the path of a document there. */
async function addDocument(stem: string, components: readonly object[]) {
  const organization = await service.addOrganization(stem)
  const project = await service.addProject(organization)
  const member = await service.addUser(organization, "developer", project)
  const answer = await service.request(member, "POST", "/v1/sboms", { project, body: cyclonedx(components) })
  expect(answer.status).toBe(201)
  return { member, path: `/v1/sboms/${answer.json.id}/document` }
}

describe("documents that are left unread", () => {
  test("are bounded for an organization, keep no other waiting, and free their places when the client goes", {
    timeout: 60_000,
  }, async () => {
    // More than the connection itself holds, so that the service holds the rest.
    const large = Array.from({ length: 220 }, (_, index) => ({
      ...library(`package-${index}`),
      description: "x".repeat(100_000),
    }))
    const [acme, globex] = await Promise.all([addDocument("acme", large), addDocument("globex", [])])
    const unread = await Promise.all(
      Array.from({ length: downloadBounds.perOrganization }, () =>
        service.openUnread(acme.member, acme.path),
      ),
    )
    let waits = true
    const next = service.request(acme.member, "GET", acme.path).finally(() => {
      waits = false
    })
    expect((await service.request(globex.member, "GET", globex.path)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    expect(waits).toBe(true)
    unread[0]?.destroy()
    expect((await next).status).toBe(200)
    for (const answer of unread) answer.destroy()
  })
})
