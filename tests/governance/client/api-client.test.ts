import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import type { OrganizationId, Principal } from "@gatehouse/contracts"
import { GatehouseError } from "@gatehouse/sdk"
import { allItems, createApiClient } from "@gatehouse/sdk/client"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  // The client knows access tokens alone, and these name a member of the plane's realms in memory.
  plane = await startTestPlane({
    verifier: {
      accepts: "public",
      verify: async (token): Promise<Principal> => {
        const [organization, subject] = token.split("~") as [OrganizationId, string]
        if (subject === undefined) throw new GatehouseError("tokens.malformed")
        return plane.realms.principal(organization, subject)
      },
    },
  })
})
afterAll(() => plane.close())

const clientOf = (subject: string, url = plane.governance.url) =>
  createApiClient({ url, accessToken: async () => `${plane.acme}~${subject}` })

describe("the API client", () => {
  it("does what each operation of governance does", async () => {
    const owner = clientOf("owner")
    const viewer = clientOf("viewer")
    const me = await viewer.me()
    const { id } = await owner.projects.create("rocket")
    expect(await owner.projects.rename(id, "rakete")).toMatchObject({ id, name: "rakete" })
    await owner.projects.grant(id, "viewer", me.id)
    expect(await viewer.projects.get(id)).toMatchObject({ name: "rakete" })
    expect((await viewer.projects.bindings(id)).items).toContainEqual({ role: "viewer", subject: me.id })
    const question = { permission: "can_write", object: `project:${id}` }
    expect((await viewer.check(question)).allowed).toBe(false)
    await owner.projects.revoke(id, "viewer", me.id)
    await expect(viewer.projects.get(id)).rejects.toMatchObject({ code: "authz.not_found", status: 404 })
    await owner.projects.delete(id)
    expect((await owner.organizations.list()).items.map((organization) => organization.id)).toEqual([
      plane.acme,
    ])
    expect((await owner.organizations.get(plane.acme)).id).toBe(plane.acme)
    expect((await owner.members.get("viewer")).realm_roles).toEqual(["viewer"])
    await Promise.all([owner.close(), viewer.close()])
  })

  it("reads lists to their end", async () => {
    const owner = clientOf("owner")
    const seen = []
    for await (const member of allItems((page) => owner.members.list(page), 2)) seen.push(member.username)
    expect(seen).toEqual(["owner", "admin", "developer", "viewer", "disabled"])
    await owner.close()
  })

  it("gives the server's own problem where it refuses", async () => {
    const viewer = clientOf("viewer")
    await expect(viewer.members.list()).rejects.toMatchObject({
      code: "authz.permission_denied",
      status: 403,
      problem: {
        decision_id: expect.any(String),
        request_id: expect.any(String),
        action: expect.any(String),
      },
    })
    await viewer.close()
  })

  it("says where nothing answers, and where something else does", async () => {
    const server = createServer((_request, response) => response.end("<html>"))
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
    const stranger = clientOf("viewer", `http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    await expect(stranger.me()).rejects.toMatchObject({ code: "request.unexpected_answer" })
    await stranger.close()
    await new Promise((resolve) => server.close(resolve))
    const nobody = clientOf(
      "viewer",
      `http://127.0.0.1:${(server.address() as AddressInfo | null)?.port ?? 1}`,
    )
    await expect(nobody.me()).rejects.toMatchObject({ code: "request.unreachable" })
    await nobody.close()
  })

  it("dials loopback for an organization's own name, and keeps the name", async () => {
    const port = new URL(plane.governance.url).port
    const owner = clientOf("owner", `http://${plane.acme}.localhost:${port}`)
    expect((await owner.me()).organization).toBe(plane.acme)
    await owner.close()
  })
})
