import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cyclonedx, library } from "../testing/small-documents.ts"
import { startTestService, type TestService } from "../testing/start-test-service.ts"
import { downloadBounds } from "./document-slots.ts"

let service: TestService
beforeAll(async () => {
  service = await startTestService()
})
afterAll(() => service.close())

/** A member of a new organization, who may upload. */
async function addMember(stem: string) {
  const organization = await service.addOrganization(stem)
  const project = await service.addProject(organization)
  const member = await service.addUser(organization, "developer", project)
  return {
    member,
    /** Uploads a document and gives its path. */
    async upload(components: readonly object[]): Promise<string> {
      const body = cyclonedx(components)
      const answer = await service.request(member, "POST", "/v1/sboms", { project, body })
      expect(answer.status).toBe(201)
      return `/v1/sboms/${answer.json.id}/document`
    },
  }
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
    const [acme, globex] = await Promise.all([addMember("acme"), addMember("globex")])
    const [largePath, ownPath, foreignPath] = [
      await acme.upload(large),
      await acme.upload([]),
      await globex.upload([]),
    ]
    const unread = await Promise.all(
      Array.from({ length: downloadBounds.perOrganization }, () =>
        service.openUnread(acme.member, largePath),
      ),
    )
    let waits = true
    const next = service.request(acme.member, "GET", ownPath).finally(() => {
      waits = false
    })
    expect((await service.request(globex.member, "GET", foreignPath)).status).toBe(200)
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    expect(waits).toBe(true)
    unread[0]?.destroy()
    expect((await next).status).toBe(200)
    for (const answer of unread) answer.destroy()
  })
})
