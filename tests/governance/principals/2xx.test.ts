import { type Principal, principalId } from "@gatehouse/contracts"
import { testPlatformAdministrator, testPrincipal } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const nowhere = () => ({ ...testPlatformAdministrator(plane.acme), organization: "platform" }) as Principal

describe("GET /v1/me", () => {
  it("says who the credential says one is, and what one may do in the organization", async () => {
    const { status, json } = await plane.ask({ as: member("developer"), path: "/v1/me" })
    expect(status).toBe(200)
    expect(json).toEqual({
      id: `user:${plane.acme}/developer`,
      type: "user",
      subject: "developer",
      organization: plane.acme,
      home: plane.acme,
      username: "developer",
      email: null,
      name: null,
      groups: ["/org-members"],
      realm_roles: ["developer"],
      scopes: [],
      permissions: ["can_read", "can_view_dashboards", "can_view_vulnerabilities", "can_create_scans"],
    })
  })

  it("gives a platform administrator every permission where it acts, and none where it acts nowhere", async () => {
    const inside = await plane.ask({ as: testPlatformAdministrator(plane.acme), path: "/v1/me" })
    expect(inside.json).toMatchObject({ home: "platform", organization: plane.acme })
    expect(inside.json.permissions).toContain("can_manage_system")
    const outside = await plane.ask({ as: nowhere(), path: "/v1/me" })
    expect(outside.json).toMatchObject({ organization: "platform", permissions: [] })
  })
})

describe("GET /v1/organizations", () => {
  const ids = (json: { items: { id: string }[] }) => json.items.map(({ id }) => id)

  it("shows a tenant's principal its own alone, with its addresses", async () => {
    const { json } = await plane.ask({ as: member("viewer"), path: "/v1/organizations" })
    expect(json).toEqual({
      items: [
        {
          id: plane.acme,
          name: plane.acme,
          url: `http://${plane.acme}.localhost:8080`,
          issuer: `http://localhost:8081/realms/${plane.acme}`,
          created_at: expect.any(String),
        },
      ],
      next_cursor: null,
    })
  })

  it("shows a platform administrator all of them, page by page, and other principals of the platform none", async () => {
    const first = await plane.ask({ as: nowhere(), path: "/v1/organizations?limit=1" })
    expect(ids(first.json)).toEqual([plane.acme])
    const second = await plane.ask({
      as: nowhere(),
      path: `/v1/organizations?limit=1&cursor=${first.json.next_cursor}`,
    })
    expect(ids(second.json)).toEqual([plane.globex])
    expect(second.json.next_cursor).toBeNull()
    const service = testPrincipal({ home: "platform" as never, subject: "agent", type: "service" })
    expect((await plane.ask({ as: service, path: "/v1/organizations" })).json).toEqual({
      items: [],
      next_cursor: null,
    })
  })

  it("shows a service account of the platform those that it is bound to", async () => {
    const service = testPrincipal({ home: "platform" as never, subject: "bound", type: "service" })
    const tuple = { user: service.id, relation: "viewer", object: `organization:${plane.globex}` }
    await plane.authorizer.write({ writes: [tuple] })
    const { json } = await plane.ask({ as: service, path: "/v1/organizations" })
    expect(ids(json)).toEqual([plane.globex])
  })

  it("reads one's own by its id", async () => {
    const { status, json } = await plane.ask({
      as: member("viewer"),
      path: `/v1/organizations/${plane.acme}`,
    })
    expect([status, json.id]).toEqual([200, plane.acme])
  })
})

describe("GET /v1/members", () => {
  it("lists the users of the organization, page by page, without service accounts", async () => {
    const seen: string[] = []
    let query = "?limit=2"
    for (;;) {
      const { status, json } = await plane.ask({ as: member("admin"), path: `/v1/members${query}` })
      expect(status).toBe(200)
      seen.push(...json.items.map(({ id }: { id: string }) => id))
      if (json.next_cursor === null) break
      query = `?limit=2&cursor=${json.next_cursor}`
    }
    expect(seen).toEqual(["owner", "admin", "developer", "viewer", "disabled"])
  })

  it("shows one with what the directory says it holds", async () => {
    const { json } = await plane.ask({ as: member("owner"), path: "/v1/members/viewer" })
    expect(json).toEqual({
      id: "viewer",
      principal: principalId("user", plane.acme, "viewer"),
      username: "viewer",
      email: "viewer@example.com",
      name: "viewer",
      enabled: true,
      groups: ["/org-members"],
      realm_roles: ["viewer"],
    })
    expect((await plane.ask({ as: member("owner"), path: "/v1/members/disabled" })).json).toMatchObject({
      enabled: false,
      groups: [],
    })
  })
})

describe("the OpenAPI document", () => {
  it("describes every public operation and none of the internal ones", async () => {
    const { status, json } = await plane.ask({ as: member("viewer"), path: "/v1/openapi.json" })
    expect(status).toBe(200)
    expect(json.openapi).toBe("3.1.0")
    expect(Object.keys(json.paths).sort()).toEqual([
      "/access/v1/evaluation",
      "/access/v1/evaluations",
      "/access/v1/search/action",
      "/access/v1/search/resource",
      "/access/v1/search/subject",
      "/v1/check",
      "/v1/explain",
      "/v1/me",
      "/v1/members",
      "/v1/members/{id}",
      "/v1/organizations",
      "/v1/organizations/{org}",
      "/v1/projects",
      "/v1/projects/{id}",
      "/v1/projects/{id}/bindings",
      "/v1/projects/{id}/bindings/{role}/{subject}",
    ])
    const put = json.paths["/v1/projects/{id}/bindings/{role}/{subject}"].put
    expect(put.parameters.map(({ name }: { name: string }) => name)).toEqual(["id", "role", "subject"])
    expect(put.parameters[2].description).toContain("slashes are written as they are")
    expect(json.components.schemas).toHaveProperty("ProjectBody")
    expect(json.components.schemas).not.toHaveProperty("Sbom")
  })
})
