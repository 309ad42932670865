import type { Principal } from "@gatehouse/contracts"
import { testPlatformAdministrator, testPrincipal } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
beforeAll(async () => {
  plane = await startTestPlane()
})
afterAll(() => plane.close())

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const code = async (as: Principal, path: string, headers: Record<string, string> = {}) => {
  const { status, json } = await plane.ask({ as, path, headers })
  return [status, json?.code]
}

describe("an organization", () => {
  it("is 404 where it is another's, the platform's or nobody's, all alike", async () => {
    for (const id of [plane.globex, "platform", "nobody", "X", "a%2Fb"]) {
      const [status, problem] = await code(member("owner"), `/v1/organizations/${id}`)
      expect([status, problem], id).toEqual([404, "authz.not_found"])
    }
  })

  it("is 404 for a principal of the platform that is neither administrator nor bound to it", async () => {
    const service = testPrincipal({
      home: "platform" as never,
      organization: plane.acme,
      subject: "s",
      type: "service",
    })
    expect(await code(service, `/v1/organizations/${plane.acme}`)).toEqual([404, "authz.not_found"])
    expect(await code(service, "/v1/projects")).toEqual([404, "authz.not_found"])
  })

  it("is never chosen by a header", async () => {
    const { json } = await plane.ask({
      as: member("owner"),
      path: "/v1/me",
      headers: {
        "x-org-id": plane.globex,
        "x-gatehouse-organization": plane.globex,
        host: `${plane.globex}.localhost`,
      },
    })
    expect(json.organization).toBe(plane.acme)
  })
})

describe("members", () => {
  it("are 403 for whoever may not manage users, one that is missing too", async () => {
    for (const subject of ["developer", "viewer"]) {
      for (const path of ["/v1/members", "/v1/members/owner", "/v1/members/nobody", "/v1/members?limit=x"]) {
        expect(await code(member(subject), path)).toEqual([403, "authz.permission_denied"])
      }
    }
  })

  it("are 404 where they are missing, service accounts, or another organization's", async () => {
    plane.realms.add(plane.globex, { subject: "only-there" })
    for (const id of ["nobody", "gatehouse-api", "only-there", `${plane.globex}%2Fowner`]) {
      expect(await code(member("admin"), `/v1/members/${id}`)).toEqual([404, "authz.not_found"])
    }
  })

  it("are 404 for a platform administrator who acts in no organization", async () => {
    const as = { ...testPlatformAdministrator(plane.acme), organization: "platform" } as Principal
    expect(await code(as, "/v1/members")).toEqual([404, "authz.not_found"])
  })

  it("are 400 for a cursor of another list", async () => {
    const { json } = await plane.ask({ as: member("admin"), path: "/v1/members?limit=1" })
    expect(await code(member("admin"), `/v1/projects?cursor=${json.next_cursor}`)).toEqual([
      400,
      "request.invalid_cursor",
    ])
  })

  it("are 503 where the directory can't be reached", async () => {
    plane.realms.setDown(true)
    expect(await code(member("admin"), "/v1/members")).toEqual([503, "authz.unavailable"])
    plane.realms.setDown(false)
  })
})

describe("internal operations", () => {
  it("are 404, like what there is not, for everyone but the gateway itself", async () => {
    const others = [
      member("owner"),
      testPlatformAdministrator(plane.acme),
      testPrincipal({ home: "platform" as never, subject: "gateway" }),
      testPrincipal({ home: plane.acme, subject: "gateway", type: "service" }),
      testPrincipal({ home: "platform" as never, subject: "other", type: "service" }),
    ]
    for (const as of others) {
      for (const path of [
        "/internal/organizations",
        "/internal/revocations",
        "/internal/revocations?after=x",
      ]) {
        expect(await code(as, path)).toEqual([404, "request.not_found"])
      }
    }
  })
})
