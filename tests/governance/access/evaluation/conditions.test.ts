import type { Principal, ProjectUuid } from "@gatehouse/contracts"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { conditionalModel } from "../../../permissions/conditional-model.ts"
import { askAccess } from "../../../support/access.ts"
import { createProject } from "../../../support/create-project.ts"
import { startTestPlane, type TestPlane } from "../../../support/start-test-plane.ts"

let plane: TestPlane
let project: ProjectUuid
beforeAll(async () => {
  plane = await startTestPlane({ model: conditionalModel() })
  project = await createProject(plane, member("owner"))
  const condition = { name: "on_duty", context: { resource_level: "internal" } }
  const object = `project:${project}`
  const user = member("viewer").id
  await plane.authorizer.write({ writes: [{ user, relation: "viewer", object, condition }] })
})
afterAll(() => plane.close())

const member = (subject: string): Principal => plane.realms.principal(plane.acme, subject)
const onDuty = {
  subject: { properties: { department: "support" } },
  action: { properties: { method: "GET" } },
  resource: { properties: { level: "public" } },
  context: { hour: 10 },
}
type Facts = { readonly [entity in "subject" | "action" | "resource"]?: object } & {
  readonly context?: object
}
const question = (facts: Facts) => ({
  subject: { type: "user", id: "viewer", ...facts.subject },
  action: { name: "can_read", ...facts.action },
  resource: { type: "project", id: project, ...facts.resource },
  context: facts.context,
})
const evaluate = async (facts: Facts, as = member("admin")) => {
  const { status, json } = await askAccess(plane, "evaluation", as, question(facts))
  return status === 200 ? json.decision : [status, json.code]
}

describe("facts that the caller supplies", () => {
  it("are what conditions see: attributes by their entity's name, the context by its own", async () => {
    expect(await evaluate(onDuty)).toBe(true)
    expect(await evaluate(onDuty, member("viewer"))).toBe(true)
    expect(await evaluate({ ...onDuty, context: { hour: 20 } })).toBe(false)
    expect(await evaluate({ ...onDuty, subject: { properties: { department: "sales" } } })).toBe(false)
    expect(await evaluate({ ...onDuty, action: { properties: { method: "POST" } } })).toBe(false)
  })

  it("lose against what the stored relationship says itself", async () => {
    expect(await evaluate({ ...onDuty, resource: { properties: { level: "secret" } } })).toBe(true)
  })

  it("that are missing, or of another type, are no yes", async () => {
    const malformed = [400, "authz.malformed_access_request"]
    expect(await evaluate({ ...onDuty, context: {} })).toEqual(malformed)
    expect(await evaluate({ ...onDuty, context: { hour: "noon" } })).toEqual(malformed)
    const evaluations = [question({ ...onDuty, context: {} }), question(onDuty)]
    const { json } = await askAccess(plane, "evaluations", member("admin"), { evaluations })
    expect(json.evaluations).toMatchObject([
      { decision: false, context: { error: { status: 400 } } },
      { decision: true },
    ])
  })

  it("are of one question of a batch alone", async () => {
    const evaluations = [
      { resource: question(onDuty).resource },
      { resource: question(onDuty).resource, context: { hour: 20 } },
      { subject: { id: "viewer" }, resource: question(onDuty).resource },
    ]
    const { json } = await askAccess(plane, "evaluations", member("admin"), {
      ...question(onDuty),
      evaluations,
    })
    // An entity of the question's own takes the place of the default with all its attributes.
    expect(json.evaluations).toMatchObject([
      { decision: true },
      { decision: false },
      { decision: false, context: { error: { status: 400 } } },
    ])
  })

  it("find in searches what an evaluation with them allows", async () => {
    const { subject, action, resource, context } = question(onDuty)
    const asked = { action, resource, context, subject: { type: "user", ...onDuty.subject } }
    const as = member("admin")
    const found = await askAccess(plane, "searchSubject", as, { ...asked })
    expect(found.json.results).toContainEqual({ type: "user", id: `${plane.acme}/viewer` })
    const late = await askAccess(plane, "searchSubject", as, { ...asked, context: { hour: 20 } })
    expect(late.json.results).not.toContainEqual({ type: "user", id: `${plane.acme}/viewer` })
    const projects = await askAccess(plane, "searchResource", as, {
      subject,
      action,
      context,
      resource: { type: "project" },
    })
    expect(projects.json.results).toEqual([{ type: "project", id: project }])
    const actions = await askAccess(plane, "searchAction", as, {
      subject,
      resource,
      context: { ...context, action_method: "GET" },
    })
    expect(actions.json.results).toEqual([{ name: "can_read" }])
  })
})
