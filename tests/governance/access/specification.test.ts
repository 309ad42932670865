import { type accessPaths, type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askAccess } from "../../support/access.ts"
import { createProject } from "../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../support/start-test-plane.ts"

/**
 * The cases of the working group's certification scenario for the Authorization API 1.0, on this model: `alice` may read and write,
 * `bob` may read; `record-1` and `record-2` are projects. What needs attributes to decide has no counterpart here, since no role
 * of ours depends on them (`evaluation/conditions.test.ts` shows them at work).
 */
let plane: TestPlane
let first: ProjectUuid
let second: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane()
  const owner = plane.realms.principal(plane.acme, "owner")
  first = await createProject(plane, owner)
  second = await createProject(plane, owner)
  plane.realms.add(
    plane.acme,
    { subject: "alice", groups: [projectGroupPath(first, "member"), projectGroupPath(second, "member")] },
    { subject: "bob", groups: [projectGroupPath(first, "viewer")] },
  )
})
afterAll(() => plane.close())

const admin = (): Principal => plane.realms.principal(plane.acme, "admin")
const alice = { type: "user", id: "alice" }
const bob = { type: "user", id: "bob" }
const read = { name: "can_read" }
const write = { name: "can_write" }
const record = (id: string) => ({ type: "project", id })

async function post(endpoint: keyof typeof accessPaths, body: unknown) {
  const { status, json, headers } = await askAccess(plane, endpoint, admin(), body)
  expect(status).toBe(200)
  expect(headers["content-type"]).toMatch(/^application\/json/)
  return json
}

describe("basic", () => {
  it.each([
    [alice, read, true],
    [alice, write, true],
    [bob, read, true],
    [bob, write, false],
  ])("rules 1 to 4: %j %j", async (subject, action, decision) => {
    const body = { subject, action, resource: record(first) }
    expect((await post("evaluation", body)).decision).toBe(decision)
    const context = { time: "2025-06-27T18:03-07:00", ip: "192.168.1.1" }
    expect((await post("evaluation", { ...body, context })).decision).toBe(decision)
    const more = { foo: "bar", futureField: { nested: true } }
    expect((await post("evaluation", { ...body, ...more })).decision).toBe(decision)
    const properties = { department: "Sales", role: "manager", status: "active", owner: "bob", method: "GET" }
    const described = {
      subject: { ...subject, properties },
      action: { ...action, properties },
      resource: { ...record(first), properties },
    }
    expect((await post("evaluation", described)).decision).toBe(decision)
  })
})

describe("batch", () => {
  const decisions = async (body: object) =>
    (await post("evaluations", body)).evaluations.map(({ decision }: { decision: boolean }) => decision)

  it("an array of questions with defaults", async () => {
    const evaluations = [{ resource: record(first) }, { resource: record(second) }]
    expect(await decisions({ subject: alice, action: read, evaluations })).toEqual([true, true])
  })

  it("decisions in the order of the questions", async () => {
    const evaluations = [{ action: read }, { action: write }]
    expect(await decisions({ subject: bob, resource: record(first), evaluations })).toEqual([true, false])
  })

  it("questions without defaults", async () => {
    const evaluations = [
      { subject: alice, action: read, resource: record(first) },
      { subject: bob, action: write, resource: record(first) },
    ]
    expect(await decisions({ evaluations })).toEqual([true, false])
  })

  it("defaults merged by entity, with the required members filled in", async () => {
    const evaluations = [
      { resource: { id: first, properties: { status: "active" } } },
      { resource: { type: "spaceship", id: second } },
    ]
    const body = { subject: alice, action: write, resource: { type: "project" }, evaluations }
    expect(await decisions(body)).toEqual([true, false])
  })

  it("a question that lacks its resource is answered no", async () => {
    const evaluations = [{ resource: record(first) }, {}]
    expect(await decisions({ subject: alice, action: read, evaluations })).toEqual([true, false])
  })

  it("without questions, or with an empty list, one evaluation", async () => {
    const body = { subject: alice, action: read, resource: record(first) }
    expect((await post("evaluations", body)).decision).toBe(true)
    expect((await post("evaluations", { ...body, evaluations: [] })).decision).toBe(true)
  })
})

describe("search", () => {
  it("subjects, with and without a context", async () => {
    for (const more of [{}, { context: { time: "2024-10-26T01:22-07:00" } }, { page: { limit: 50 } }]) {
      const body = { subject: { type: "user" }, action: read, resource: record(first), ...more }
      const { results, page } = await post("searchSubject", body)
      const ids = results.map(({ id }: { id: string }) => id)
      expect(ids).toEqual(expect.arrayContaining([`${plane.acme}/alice`, `${plane.acme}/bob`]))
      expect(results.every(({ type }: { type: string }) => type === "user")).toBe(true)
      expect(page).toEqual({ next_token: "", count: results.length })
    }
  })

  it("resources", async () => {
    const { results } = await post("searchResource", {
      subject: alice,
      action: read,
      resource: { type: "project" },
    })
    expect(results).toEqual([record(first), record(second)])
  })

  it("actions", async () => {
    const { results } = await post("searchAction", { subject: alice, resource: record(first) })
    expect(results).toEqual(expect.arrayContaining([read, write]))
  })

  it("a page of one, and the next by its token alone", async () => {
    const body = { subject: { type: "user" }, action: read, resource: record(first) }
    const one = await post("searchSubject", { ...body, page: { limit: 1 } })
    expect(one.results).toHaveLength(1)
    const next = await post("searchSubject", { ...body, page: { token: one.page.next_token } })
    expect(next.page.next_token).toEqual(expect.any(String))
    expect(next.results).not.toEqual(one.results)
  })

  it("nothing, and no error, for an unknown id or type", async () => {
    const nobody = { subject: { type: "user", id: "nonexistent-user" }, resource: record(first) }
    expect((await post("searchAction", nobody)).results).toEqual([])
    const ships = { subject: { type: "spaceship" }, action: read, resource: record(first) }
    expect((await post("searchSubject", ships)).results).toEqual([])
  })
})

/** The specification's own examples: what they are about is not of this plane, so each is answered no, or with nothing. */
describe("the specification's own examples are taken as they are", () => {
  const subject = { type: "user", id: "alice@example.com" }
  const account = { type: "account", id: "123" }
  const time = "2024-10-26T01:22-07:00"

  it("evaluation", async () => {
    const action = { name: "can_read", properties: { method: "GET" } }
    const { decision } = await post("evaluation", { subject, resource: account, action, context: { time } })
    expect(decision).toBe(false)
  })

  it("evaluations, with documents of which each may differ in action", async () => {
    const document = (id: string) => ({ resource: { type: "document", id } })
    const evaluations = [
      document("boxcarring.md"),
      document("subject-search.md"),
      { action: { name: "can_edit" }, ...document("resource-search.md") },
    ]
    const body = { subject, context: { time }, action: read, evaluations }
    const answer = await post("evaluations", body)
    expect(answer.evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual([
      false,
      false,
      false,
    ])
  })

  it("searches", async () => {
    expect(
      (await post("searchSubject", { subject: { type: "user" }, action: read, resource: account })).results,
    ).toEqual([])
    const resource = { type: "account" }
    expect(
      (await post("searchResource", { subject, action: read, resource, page: { limit: 2 } })).results,
    ).toEqual([])
    expect((await post("searchAction", { subject, resource: account, context: { time } })).results).toEqual(
      [],
    )
  })
})
