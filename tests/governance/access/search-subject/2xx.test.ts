import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askAccess } from "../../../support/access.ts"
import { createProject } from "../../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
let foreign: ProjectUuid
/** More than one page looks at; every third may read. */
const crowd = 300

beforeAll(async () => {
  plane = await startTestPlane()
  project = await createProject(plane, member("owner"))
  foreign = await createProject(plane, member("owner", plane.globex))
  const viewers = projectGroupPath(project, "viewer")
  plane.realms.add(
    plane.acme,
    { subject: "vera", groups: [`${viewers}/night-shift`] },
    { subject: "dana", groups: [projectGroupPath(project, "developer")] },
    { subject: "gone", groups: [viewers], enabled: false },
    { subject: "a/b", groups: [viewers] },
    { subject: "builder", type: "service", groups: [projectGroupPath(project, "operator")] },
  )
  plane.realms.add(plane.globex, { subject: "spy", groups: [viewers] })
  const path = `/v1/projects/${project}/bindings/operator/user:${plane.acme}/viewer`
  expect((await plane.ask({ as: member("admin"), method: "PUT", path })).status).toBe(204)
})
afterAll(() => plane.close())

const member = (subject: string, organization = plane.acme): Principal =>
  plane.realms.principal(organization, subject)
const search = async (action: string, resource: string, more: object = {}, as = member("admin")) => {
  const [type = "", id = ""] = resource.split(/:(.*)/)
  const body = { subject: { type: "user" }, action: { name: action }, resource: { type, id }, ...more }
  const { status, json } = await askAccess(plane, "searchSubject", as, body)
  expect(status).toBe(200)
  return json
}
const idsOf = ({ results }: { results: { id: string }[] }) => results.map(({ id }) => id).sort()
const named = (...subjects: string[]) => subjects.map((subject) => `${plane.acme}/${subject}`).sort()

describe("POST /access/v1/search/subject", () => {
  it("finds everyone who may: by binding, group, group above and realm role; nobody disabled or foreign", async () => {
    const readers = await search("can_read", `project:${project}`)
    expect(idsOf(readers)).toEqual(named("owner", "admin", "viewer", "vera", "dana", "a%2Fb"))
    expect(readers.page).toEqual({ next_token: "", count: 6 })
    expect(Object.keys(readers)[0]).toBe("page")
    expect(idsOf(await search("can_write", `project:${project}`))).toEqual(named("owner", "admin", "dana"))
    expect(idsOf(await search("can_create_scans", `organization:${plane.acme}`))).toEqual(
      named("owner", "admin", "developer"),
    )
    expect(idsOf(await search("can_manage_system", `organization:${plane.acme}`))).toEqual([])
  })

  it("finds the organization's service accounts, where these are asked for", async () => {
    const subject = { type: "service" }
    const found = await search("can_execute", `project:${project}`, { subject })
    expect(found.results).toEqual([{ type: "service", id: `${plane.acme}/builder` }])
    expect((await search("can_write", `project:${project}`, { subject })).results).toEqual([])
  })

  it("finds nobody whom an evaluation refuses, and everybody whom it allows", async () => {
    for (const action of ["can_read", "can_execute", "can_delete"]) {
      const found = new Set(idsOf(await search(action, `project:${project}`)))
      const resource = { type: "project", id: project }
      for (const { subject } of await plane.realms.listUsers(plane.acme, { first: 0, limit: 100 })) {
        const id = `${plane.acme}/${encodeURIComponent(subject)}`
        const body = { subject: { type: "user", id }, action: { name: action }, resource }
        const { json } = await askAccess(plane, "evaluation", member("admin"), body)
        expect(json.decision, `${id} ${action}`).toBe(found.has(id))
      }
    }
  })

  it("leaves out who has more groups than can be asked about, as an evaluation refuses it", async () => {
    const crowded = await createProject(plane, member("owner"))
    const paths = Array.from({ length: 91 }, (_, index) => `/crowd/${index}`)
    plane.realms.add(plane.acme, { subject: "joiner", groups: paths })
    const object = `project:${crowded}`
    const bind = (path: string) => ({ user: `group:${plane.acme}${path}#member`, relation: "viewer", object })
    await plane.authorizer.write({ writes: paths.map(bind) })
    expect(idsOf(await search("can_read", object))).toEqual(named("owner", "admin"))
    const subject = { type: "user", id: "joiner" }
    const body = { subject, action: { name: "can_read" }, resource: { type: "project", id: crowded } }
    const { status, json } = await askAccess(plane, "evaluation", member("admin"), body)
    expect([status, json.code]).toEqual([403, "authz.too_many_groups"])
  })

  it("is logged, with who asked and how many were found, and nobody's name", async () => {
    const seen = plane.log.length
    await search("can_write", `project:${project}`)
    const [line] = plane.log.slice(seen).filter(({ msg }) => msg === "search asked for")
    expect(line).toMatchObject({ asker: member("admin").id, search: "subject", type: "user", found: 3 })
    expect(JSON.stringify(line)).not.toContain("dana")
  })

  it("ignores an id of the subject, and takes a platform administrator's question", async () => {
    const subject = { type: "user", id: "vera" }
    expect(idsOf(await search("can_delete", `project:${project}`, { subject }))).toEqual(
      named("owner", "admin"),
    )
    const as = testPlatformAdministrator(plane.acme)
    expect(idsOf(await search("can_delete", `project:${project}`, {}, as))).toEqual(named("owner", "admin"))
  })

  it("finds nothing, with one body, for what is missing, foreign, of another type or no permission", async () => {
    const nothing = { page: { next_token: "", count: 0 }, results: [] }
    for (const [action, resource, more] of [
      ["can_read", `project:${foreign}`],
      ["can_read", "project:3f2504e0-4f89-41d3-9a0c-0305e82c33ff"],
      ["can_read", "project:x"],
      ["can_read", `organization:${plane.globex}`],
      ["can_read", "spaceship:x"],
      ["can_manage_users", `project:${project}`],
      ["owner", `project:${project}`],
      ["can_read", `project:${project}`, { subject: { type: "spaceship" } }],
      ["can_read", `project:${project}`, { subject: { type: "group" } }],
      ["can_read", `project:${project}`, { subject: { type: "api_key" } }],
    ] as const)
      expect(await search(action, resource, more), `${action} ${resource}`).toEqual(nothing)
  })
})

describe("pages", () => {
  it("end early where one would look at too many, with a token, and lose nobody", async () => {
    const busy = await createProject(plane, member("owner"))
    const groups = [projectGroupPath(busy, "viewer")]
    const many = Array.from({ length: crowd }, (_, index) => ({
      subject: `user-${index}`,
      groups: index % 3 === 0 ? groups : [],
    }))
    plane.realms.add(plane.acme, ...many)
    const expected = named(
      "owner",
      "admin",
      ...many.filter(({ groups }) => groups.length > 0).map(({ subject }) => subject),
    )
    const found: string[] = []
    let page: object = { limit: 60 }
    const counts: number[] = []
    for (;;) {
      const answer = await search("can_read", `project:${busy}`, { page })
      expect(answer.page.count).toBe(answer.results.length)
      expect(answer.results.length).toBeLessThanOrEqual(60)
      counts.push(answer.results.length)
      found.push(...idsOf(answer))
      if (answer.page.next_token === "") break
      page = { token: answer.page.next_token }
    }
    expect(found.sort()).toEqual(expected)
    expect(counts.length).toBeGreaterThan(1)
    const unlimited = await search("can_read", `project:${busy}`)
    expect(unlimited.results.length).toBeLessThanOrEqual(50)
    expect(unlimited.page.next_token).not.toBe("")
  })

  it("of one, of none, and of more than there may be", async () => {
    const first = await search("can_delete", `project:${project}`, { page: { limit: 1 } })
    expect(first.results).toHaveLength(1)
    const token = first.page.next_token
    const second = await search("can_delete", `project:${project}`, { page: { token, limit: 1 } })
    expect(idsOf({ results: [...first.results, ...second.results] })).toEqual(named("owner", "admin"))
    const none = await search("can_delete", `project:${project}`, { page: { limit: 0 } })
    expect([none.results, none.page.count, none.page.next_token]).toEqual([[], 0, expect.stringMatching(/./)])
    const all = await search("can_delete", `project:${project}`, { page: { limit: 100_000 } })
    expect(all.results.length).toBeGreaterThan(0)
  })
})
