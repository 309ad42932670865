import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createProject } from "../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane()
  project = await createProject(plane, member("owner"))
})
afterAll(() => plane.close())

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)

type Question = Readonly<Record<string, unknown>>

/** Both ways to ask, which refuse alike. */
const ways = {
  check: async (as: Principal, question: Question) => {
    const { status, json } = await plane.ask({ as, method: "POST", path: "/v1/check", body: question })
    return [status, json?.code]
  },
  explain: async (as: Principal, question: Question) => {
    const query = new URLSearchParams(question as Record<string, string>)
    const path = query.size === 0 ? "/v1/explain" : `/v1/explain?${query}`
    const { status, json } = await plane.ask({ as, path })
    return [status, json?.code]
  },
}

describe.each(Object.entries(ways))("%s", (_way, ask) => {
  it("is 403 about others without managing users, whatever else is asked", async () => {
    for (const subject of ["developer", "viewer"]) {
      for (const question of [
        { permission: "can_read", object: `project:${project}`, principal: member("admin").id },
        { permission: "junk", object: "junk", principal: member("admin").id },
        { permission: "can_read", object: `project:${project}`, principal: "junk" },
        { permission: "can_read", object: `project:${project}`, principal: `user:${plane.globex}/owner` },
      ]) {
        expect(await ask(member(subject), question)).toEqual([403, "authz.permission_denied"])
      }
    }
  })

  it("is 403 about others for an owner of a project, who manages no users", async () => {
    const owner = { ...member("viewer"), groups: [projectGroupPath(project, "owner")] }
    const question = { permission: "can_read", object: `project:${project}`, principal: member("admin").id }
    expect(await ask(owner, question)).toEqual([403, "authz.permission_denied"])
  })

  it("is 404 about others for a platform administrator who acts in no organization", async () => {
    const as = { ...testPlatformAdministrator(plane.acme), organization: "platform" } as Principal
    const question = { permission: "can_read", object: `project:${project}`, principal: member("admin").id }
    expect(await ask(as, question)).toEqual([404, "authz.not_found"])
  })

  it.each([
    [
      "a permission that the type does not have",
      { permission: "can_manage_users", object: "project:x" },
      "authz.unknown_permission",
    ],
    [
      "a relation that is no permission",
      { permission: "owner", object: "project:x" },
      "authz.unknown_permission",
    ],
    ["an inherited name", { permission: "constructor", object: "project:x" }, "authz.unknown_permission"],
    ["an unknown type", { permission: "can_read", object: "tenant:x" }, "authz.invalid_object"],
    ["a type without permissions", { permission: "can_read", object: "group:x" }, "authz.invalid_object"],
    ["no id", { permission: "can_read", object: "project:" }, "authz.invalid_object"],
    ["no type", { permission: "can_read", object: "x" }, "authz.invalid_object"],
    [
      "a resource, which its own service knows",
      { permission: "can_read", object: "sbom:x" },
      "authz.invalid_object",
    ],
    ["nothing", {}, "request.invalid"],
    [
      "facts that would decide",
      { permission: "can_read", object: "project:x", contextual_tuples: "[]" },
      "request.invalid",
    ],
    [
      "a context that would decide",
      { permission: "can_read", object: "project:x", context: "{}" },
      "request.invalid",
    ],
  ])("is 422 for %s", async (_what, question, code) => {
    expect(await ask(member("owner"), question)).toEqual([422, code])
  })

  it("is 422 for a principal that is none, for whoever may ask about others", async () => {
    for (const principal of ["junk", "user:x", "group:acme/x", "user:*", `user:${plane.acme}/a/b`]) {
      const question = { permission: "can_read", object: `project:${project}`, principal }
      expect(await ask(member("admin"), question)).toEqual([422, "authz.invalid_object"])
    }
  })

  it("is 503, and no answer, where the directory can't be reached", async () => {
    plane.realms.setDown(true)
    try {
      const question = {
        permission: "can_read",
        object: `project:${project}`,
        principal: member("viewer").id,
      }
      expect(await ask(member("admin"), question)).toEqual([503, "authz.unavailable"])
    } finally {
      plane.realms.setDown(false)
    }
  })
})
