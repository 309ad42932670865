import { randomUUID } from "node:crypto"
import type { DemoOrganization } from "@gatehouse/server"
import { beforeAll, expect, inject, test } from "vitest"
import { type Answer, ask } from "../support/http.ts"
import { login } from "../support/login.ts"

/** The AuthZEN API on its whole way: edge, governance, directory and authorization server of the shared plane. */
const { demo } = inject("plane")
const acme = demo.organizations.acme as DemoOrganization
const globex = demo.organizations.globex as DemoOrganization

type Role = keyof DemoOrganization["users"]
const tokens = new Map<string, string>()
const subjects = new Map<string, string>()
beforeAll(async () => {
  for (const [name, place] of Object.entries({ acme, globex }))
    for (const role of ["admin", "developer", "viewer"] as const) {
      const { access_token: token } = await login({ issuer: place.issuer, ...place.users[role] })
      tokens.set(`${name} ${role}`, token)
      const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"))
      subjects.set(`${name} ${role}`, claims.sub)
    }
})
const tokenOf = (name: string) => tokens.get(name) ?? ""
const subjectOf = (name: string) => ({ type: "user", id: subjects.get(name) ?? "" })

let endpoints: Record<string, string>
beforeAll(async () => {
  const { status, headers, json } = await ask(`${acme.url}/.well-known/authzen-configuration`)
  expect([status, headers["content-type"]]).toEqual([200, "application/json; charset=utf-8"])
  endpoints = json as Record<string, string>
})
const post = (endpoint: string, token: string, body: object, headers: Record<string, string> = {}) =>
  ask(endpoints[endpoint] ?? "", { method: "POST", token, json: body, headers })
const evaluate = (as: string, subject: object, action: string, resource: object): Promise<Answer> =>
  post("access_evaluation_endpoint", tokenOf(as), { subject, action: { name: action }, resource })
const decisionOf = ({ status, json }: Answer) => [status, (json as { decision?: boolean }).decision]
const project = { type: "project", id: acme.project.id }

test("the metadata names the address that it was asked at, and endpoints below it", () => {
  expect(endpoints.policy_decision_point).toBe(acme.url)
  expect(Object.values(endpoints).every((url) => url.startsWith(acme.url))).toBe(true)
})

test("a member asks about itself, an administrator about others, and both hear the same", async () => {
  for (const [role, action, expected] of [
    ["viewer", "can_read", true],
    ["viewer", "can_write", false],
    ["developer", "can_write", true],
    ["developer", "can_delete", false],
  ] as const)
    for (const as of [`acme ${role}`, "acme admin"])
      expect(decisionOf(await evaluate(as, subjectOf(`acme ${role}`), action, project))).toEqual([
        200,
        expected,
      ])
  expect((await evaluate("acme viewer", subjectOf("acme admin"), "can_read", project)).status).toBe(403)
})

test("nothing crosses organizations: host, subject and resource of another one are like nothing", async () => {
  expect((await evaluate("globex admin", subjectOf("globex admin"), "can_read", project)).status).toBe(404)
  expect((await evaluate("", subjectOf("acme admin"), "can_read", project)).status).toBe(401)
  const foreign = { type: "project", id: globex.project.id }
  const missing = { type: "project", id: randomUUID() }
  const bodies = []
  for (const resource of [foreign, missing]) {
    const { json } = await evaluate("acme admin", subjectOf("acme admin"), "can_read", resource)
    bodies.push({
      ...(json as object),
      context: { reason: (json as { context: { reason: string } }).context.reason },
    })
  }
  expect(bodies).toEqual(Array(2).fill({ decision: false, context: { reason: "not_found" } }))
  for (const subject of [
    subjectOf("globex admin"),
    { type: "user", id: `globex/${subjectOf("globex admin").id}` },
  ])
    expect(decisionOf(await evaluate("acme admin", subject, "can_read", project))).toEqual([200, false])
})

test("searches find what evaluations allow, through the real directory", async () => {
  const as = tokenOf("acme admin")
  const action = { name: "can_write" }
  const found = await post("search_subject_endpoint", as, {
    subject: { type: "user" },
    action,
    resource: project,
  })
  const ids = (found.json as { results: { id: string }[] }).results.map(({ id }) => id)
  const idOf = (role: Role) => `acme/${subjectOf(`acme ${role}`).id}`
  expect(ids).toEqual(expect.arrayContaining([idOf("admin"), idOf("developer")]))
  expect(ids).not.toContain(idOf("viewer"))
  const services = { subject: { type: "service" }, action, resource: project }
  expect((await post("search_subject_endpoint", as, services)).json).toMatchObject({
    page: { next_token: "" },
  })
  const subject = subjectOf("acme viewer")
  const body = { subject, action: { name: "can_read" }, resource: { type: "project" } }
  expect((await post("search_resource_endpoint", tokenOf("acme viewer"), body)).json).toMatchObject({
    results: expect.arrayContaining([project]),
  })
  const actions = await post("search_action_endpoint", tokenOf("acme viewer"), { subject, resource: project })
  expect((actions.json as { results: object[] }).results).toEqual([{ name: "can_read" }])
})

test("a batch is answered in order, and the caller's request id comes back", async () => {
  const body = {
    subject: subjectOf("acme viewer"),
    resource: project,
    evaluations: [{ action: { name: "can_read" } }, { action: { name: "can_write" } }],
    options: { evaluations_semantic: "deny_on_first_deny" },
  }
  const token = tokenOf("acme viewer")
  const answer = await post("access_evaluations_endpoint", token, body, { "x-request-id": "my request" })
  expect(answer.headers["x-request-id"]).toBe("my request")
  expect(answer.json).toMatchObject({ evaluations: [{ decision: true }, { decision: false }] })
})

test("the API's description has the endpoints", async () => {
  const { json } = await ask(`${acme.url}/v1/openapi.json`)
  const paths = Object.keys((json as { paths: object }).paths)
  expect(paths).toEqual(expect.arrayContaining(["/access/v1/evaluation", "/access/v1/search/action"]))
})
