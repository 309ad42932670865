import { type Principal, type ProjectUuid, projectGroupPath } from "@gatehouse/contracts"
import { testPlatformAdministrator } from "@gatehouse/sdk/testing"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { askAccess, withoutIds } from "../../../support/access.ts"
import { createProject } from "../../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
/** Two projects that vera may read, around one that she may not: the three documents of the specification's example. */
let first: ProjectUuid
let second: ProjectUuid
let third: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane()
  first = await createProject(plane, member("owner"))
  second = await createProject(plane, member("owner"))
  third = await createProject(plane, member("owner"))
  const groups = [projectGroupPath(first, "viewer"), projectGroupPath(third, "developer")]
  plane.realms.add(plane.acme, { subject: "vera", groups })
})
afterAll(() => plane.close())

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const vera = { type: "user", id: "vera" }
const read = { name: "can_read" }
const on = (id: string) => ({ type: "project", id })
const ask = async (body: unknown, as = member("vera")) => {
  const { status, json } = await askAccess(plane, "evaluations", as, body)
  expect(status).toBe(200)
  return json
}
const decisions = async (body: unknown, as?: Principal) =>
  (await ask(body, as)).evaluations.map(({ decision }: { decision: boolean }) => decision)
const three = () => [first, second, third].map((id) => ({ resource: on(id) }))

describe("POST /access/v1/evaluations", () => {
  it("answers each question in the order of the request, and leaves the one decision out", async () => {
    const answer = await ask({ subject: vera, action: read, evaluations: three() })
    expect(withoutIds(answer)).toEqual({
      evaluations: [
        { decision: true, context: {} },
        { decision: false, context: { reason: "not_found" } },
        { decision: true, context: {} },
      ],
    })
    const ids = answer.evaluations.map(
      ({ context }: { context: { decision_id: string } }) => context.decision_id,
    )
    expect(new Set(ids).size).toBe(3)
  })

  it.each([{}, { evaluations: [] }])("is one evaluation where it holds no questions: %j", async (more) => {
    const answer = await ask({ subject: vera, action: read, resource: on(first), ...more })
    expect(withoutIds(answer)).toEqual({ decision: true, context: {} })
  })

  it("takes a hundred questions", async () => {
    const evaluations = Array.from({ length: 100 }, () => ({ resource: on(first) }))
    expect(await decisions({ subject: vera, action: read, evaluations })).toEqual(Array(100).fill(true))
  })
})

describe("semantics", () => {
  const run = (semantic: string | undefined, evaluations: unknown[] = three()) =>
    ask({
      subject: vera,
      action: read,
      evaluations,
      ...(semantic === undefined
        ? {}
        : { options: { evaluations_semantic: semantic, another_option: "value" } }),
    })

  it.each([
    [undefined, [true, false, true]],
    ["execute_all", [true, false, true]],
    ["deny_on_first_deny", [true, false]],
    ["permit_on_first_permit", [true]],
  ])("%s answers as the specification's example does", async (semantic, expected) => {
    const { evaluations } = await run(semantic)
    expect(evaluations.map(({ decision }: { decision: boolean }) => decision)).toEqual(expected)
  })

  it("what follows the end is not asked at all", async () => {
    const seen = plane.log.length
    await run("permit_on_first_permit")
    expect(plane.log.slice(seen).filter(({ msg }) => msg === "decision asked for")).toHaveLength(1)
  })

  it("to the end where nothing ends them", async () => {
    const denied = [{ resource: on(second) }, { resource: on("x") }]
    expect((await run("permit_on_first_permit", denied)).evaluations).toHaveLength(2)
    const permitted = [{ resource: on(first) }, { resource: on(third) }]
    expect((await run("deny_on_first_deny", permitted)).evaluations).toHaveLength(2)
  })

  it("a question that fails is a no: it ends the one, and not the other", async () => {
    const broken = [{ resource: 5 }, { resource: on(first) }, { resource: on(second) }]
    expect((await run("deny_on_first_deny", broken)).evaluations).toMatchObject([{ decision: false }])
    expect((await run("permit_on_first_permit", broken)).evaluations).toMatchObject([
      { decision: false },
      { decision: true },
    ])
  })
})

describe("defaults", () => {
  it("fill in what a question leaves out, entity by entity", async () => {
    const all = { subject: vera, action: read, resource: on(first) }
    expect(await decisions({ ...all, evaluations: [{}, {}] })).toEqual([true, true])
    const evaluations = [
      { action: { name: "can_write" } },
      { resource: on(third) },
      { ...all, resource: on(second) },
    ]
    expect(await decisions({ ...all, evaluations })).toEqual([false, true, false])
    const fully = { subject: vera, action: { name: "can_write" }, resource: on(third) }
    expect(await decisions({ evaluations: [fully, all] })).toEqual([true, true])
  })

  it("fill in the names of an entity that a question gives in part", async () => {
    const body = { subject: vera, action: read, resource: { type: "project" } }
    const evaluations = [{ resource: { id: first } }, { resource: { id: second } }, { resource: on(third) }]
    expect(await decisions({ ...body, evaluations })).toEqual([true, false, true])
    const subjects = { subject: { type: "user" }, action: read, resource: on(first) }
    const asked = [{ subject: { id: "vera" } }, { subject: { id: "viewer" } }]
    expect(await decisions({ ...subjects, evaluations: asked }, member("admin"))).toEqual([true, false])
  })

  it("may be incomplete where every question completes them", async () => {
    const evaluations = [{ subject: { id: "vera" }, resource: { id: first } }]
    const defaults = { subject: { type: "user" }, action: read, resource: { type: "project" } }
    expect(await decisions({ ...defaults, evaluations })).toEqual([true])
  })

  it("take a context of a question's own in place of theirs", async () => {
    const evaluations = [
      { resource: on(first) },
      { resource: on(first), context: { time: "2025-06-27T19:00-07:00", source: "batch-override" } },
    ]
    const context = { time: "2025-06-27T18:03-07:00" }
    expect(await decisions({ subject: vera, action: read, context, evaluations })).toEqual([true, true])
  })
})

describe("what is wrong with one question", () => {
  it("is that question's own answer, a no with its error, whatever its form", async () => {
    const evaluations = [
      { resource: on(first) },
      {},
      "junk",
      null,
      [],
      { resource: { type: 5, id: first } },
      { resource: on(first), context: "now" },
      { resource: on(first), action: { name: null } },
      { resource: on(first) },
    ]
    const answer = await ask({ subject: vera, action: read, evaluations })
    const error = { status: 400, code: "authz.malformed_access_request", message: expect.any(String) }
    expect(withoutIds(answer)).toEqual({
      evaluations: evaluations.map((_, index) =>
        index === 0 || index === evaluations.length - 1
          ? { decision: true, context: {} }
          : { decision: false, context: { error } },
      ),
    })
  })

  it("is 403 of its own about others without managing users", async () => {
    const evaluations = [{ subject: vera }, { subject: { type: "user", id: "admin" } }, { subject: vera }]
    const answer = await ask({ action: read, resource: on(first), evaluations })
    expect(answer.evaluations).toMatchObject([
      { decision: true },
      { decision: false, context: { error: { status: 403, code: "authz.permission_denied" } } },
      { decision: true },
    ])
  })

  it("is 503 of its own while the directory can't be reached, and never a yes", async () => {
    plane.realms.setDown(true)
    try {
      const as = member("admin")
      const evaluations = [{ subject: { type: "user", id: "admin" } }, { subject: vera }]
      const answer = await ask({ action: read, resource: on(first), evaluations }, as)
      expect(answer.evaluations).toMatchObject([
        { decision: true },
        { decision: false, context: { error: { status: 503, code: "authz.unavailable" } } },
      ])
    } finally {
      plane.realms.setDown(false)
    }
  })
})

describe("platform administrators", () => {
  it("ask about others once for a whole batch, and their use is audited once", async () => {
    const before = (await plane.auditRecords(plane.acme)).length
    const as = testPlatformAdministrator(plane.acme)
    const evaluations = [{ resource: on(first) }, { resource: on(second) }, { resource: on(third) }]
    expect(await decisions({ subject: vera, action: read, evaluations }, as)).toEqual([true, false, true])
    const records = (await plane.auditRecords(plane.acme)).slice(before)
    expect(records).toMatchObject([{ action: "platform.use", details: { permission: "can_manage_users" } }])
  })
})
