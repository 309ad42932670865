import { createHttpApp, listenOnLoopback, problemAnswer } from "@gatehouse/http"
import { GatehouseError } from "@gatehouse/kernel"
import { createLogger } from "@gatehouse/telemetry"
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest"
import { type Answer, send } from "../testing/send.ts"
import {
  acmeProject,
  acmeSubjects,
  globexProject,
  missingProject,
  startTestGateway,
  type TestGateway,
} from "../testing/start-test-gateway.ts"

let gateway: TestGateway
const tokens: Record<keyof typeof acmeSubjects, string> = {
  admin: "",
  developer: "",
  viewer: "",
  stranger: "",
}
beforeAll(async () => {
  gateway = await startTestGateway()
  for (const [role, sub] of Object.entries(acmeSubjects) as [keyof typeof acmeSubjects, string][])
    tokens[role] = await gateway.realms.acme.token({ sub, realm_access: { roles: [] } })
})
afterEach(() => vi.restoreAllMocks())
afterAll(() => gateway.close())

type Role = keyof typeof acmeSubjects
const ask = (role: Role, method: string, path: string, project?: string | string[]) =>
  send(gateway.port, path, {
    token: tokens[role],
    method,
    headers: project === undefined ? {} : { "x-project-id": project },
    ...(method === "POST" ? { body: "{}" } : {}),
  })
const statusAndCode = ({ status, code }: Answer) => [status, code]

describe("where the project is known", () => {
  test("the route's permission is decided before the service is asked, by header or path alike", async () => {
    const before = gateway.sbom.seen.length
    const ways = (suffix: string): [string, string | undefined][] => [
      [`/v1/projects/${acmeProject}${suffix}`, undefined],
      [`/v1${suffix}`, acmeProject],
    ]
    for (const [path, header] of ways("/sboms")) {
      expect(statusAndCode(await ask("viewer", "POST", path, header))).toEqual([
        403,
        "authz.permission_denied",
      ])
      expect(statusAndCode(await ask("stranger", "POST", path, header))).toEqual([404, "authz.not_found"])
      expect(statusAndCode(await ask("stranger", "GET", path, header))).toEqual([404, "authz.not_found"])
    }
    expect(gateway.sbom.seen.length).toBe(before)
    for (const [path, header] of ways("/sboms")) {
      expect((await ask("viewer", "GET", path, header)).status).toBe(200)
      expect((await ask("developer", "POST", path, header)).status).toBe(200)
    }
    for (const [path, header] of ways("/components"))
      expect((await ask("viewer", "GET", path, header)).status).toBe(200)
  })

  test("another organization's project, a missing one and no id at all answer alike", async () => {
    const answers = await Promise.all(
      [globexProject, missingProject, "not-an-id", acmeProject.toUpperCase(), "%20"].map((project) =>
        ask("developer", "GET", `/v1/projects/${project}/sboms`),
      ),
    )
    const comparable = answers.map(({ status, headers, text }) => {
      const {
        request_id: _request,
        decision_id: _decision,
        ...problem
      } = JSON.parse(text) as Record<string, string>
      const { date: _date, "x-request-id": _id, "x-decision-id": _decided, ...fields } = headers
      return { status, fields, problem }
    })
    for (const answer of comparable) expect(answer).toEqual(comparable[0])
    expect(comparable[0]?.status).toBe(404)
  })

  test("each operation on the project asks for its own permission", async () => {
    const project = `/v1/projects/${acmeProject}`
    const operations: [string, string, Role[]][] = [
      ["GET", project, ["admin", "developer", "viewer"]],
      ["PATCH", project, ["admin", "developer"]],
      ["DELETE", project, ["admin"]],
      ["GET", `${project}/bindings`, ["admin", "developer", "viewer"]],
      ["PUT", `${project}/bindings/viewer/user:acme/u-2`, ["admin"]],
      ["DELETE", `${project}/bindings/viewer/user:acme/u-2`, ["admin"]],
    ]
    for (const [method, path, allowed] of operations) {
      for (const role of ["admin", "developer", "viewer", "stranger"] as const) {
        const status = allowed.includes(role) ? 200 : role === "stranger" ? 404 : 403
        expect([method, path, role, (await ask(role, method, path)).status]).toEqual([
          method,
          path,
          role,
          status,
        ])
      }
    }
  })

  test("a document by id is left to its service, but only for whoever may read the project", async () => {
    const path = `/v1/sboms/${missingProject}`
    expect((await ask("viewer", "DELETE", path, acmeProject)).status).toBe(200)
    expect((await ask("stranger", "DELETE", path, acmeProject)).status).toBe(404)
    expect((await ask("stranger", "GET", path)).status).toBe(200)
  })

  test("an empty selection is a project that is not there", async () => {
    expect((await ask("developer", "GET", "/v1/sboms", "")).status).toBe(404)
  })
})

test("what belongs to no project is decided on the organization", async () => {
  const manager = await gateway.realms.acme.token({ realm_access: { roles: ["tenant-admin"] } })
  for (const [method, path] of [
    ["GET", "/v1/members"],
    ["GET", "/v1/members/u-1"],
    ["POST", "/v1/projects"],
  ] as const) {
    expect([path, statusAndCode(await ask("developer", method, path))]).toEqual([
      path,
      [403, "authz.permission_denied"],
    ])
    expect([path, (await send(gateway.port, path, { token: manager, method })).status]).toEqual([path, 200])
  }
  expect((await ask("stranger", "GET", "/v1/projects")).status).toBe(200)
})

test("a project that is not known from the request is the service's to ask for", async () => {
  expect((await ask("stranger", "POST", "/v1/sboms")).status).toBe(200)
})

test("two different projects are 400, the same one twice is one", async () => {
  const path = `/v1/projects/${acmeProject}/sboms`
  expect(statusAndCode(await ask("developer", "GET", path, globexProject))).toEqual([
    400,
    "request.project_mismatch",
  ])
  expect(statusAndCode(await ask("developer", "GET", "/v1/sboms", [acmeProject, globexProject]))).toEqual([
    400,
    "request.project_mismatch",
  ])
  const same = await ask("developer", "GET", path, [acmeProject, acmeProject])
  expect(same.echo.headers["x-project-id"]).toEqual([acmeProject])
})

test("a decision that fails is a refusal", async () => {
  vi.spyOn(gateway.authorizer, "batchCheck").mockRejectedValue(new GatehouseError("authz.unavailable"))
  const answer = await ask("developer", "GET", `/v1/projects/${acmeProject}/sboms`)
  expect(statusAndCode(answer)).toEqual([503, "authz.unavailable"])
})

test("a refusal here is, ids apart, byte for byte the refusal of a service", async () => {
  const refusing = createHttpApp({
    logger: createLogger({ name: "service", level: "silent" }),
    bodyLimitBytes: 100,
    mapError: problemAnswer,
    trustRequestId: true,
  })
  const decisionId = "0198a1b2-0000-7000-8000-00000000abcd"
  let code: "authz.not_found" | "authz.permission_denied" = "authz.not_found"
  refusing.get("/*", () => {
    const asked = { permission: "can_write", object: `project:${acmeProject}` }
    throw new GatehouseError(code, {
      details: { decisionId, ...(code === "authz.permission_denied" ? asked : {}) },
    })
  })
  await refusing.ready()
  const listener = await listenOnLoopback((request, response) => refusing.routing(request, response), 0)
  gateway.governance.answerWith((request, response) => refusing.routing(request, response))
  const comparable = ({ status, headers, text }: Answer) => {
    const { date: _date, "x-request-id": id, "x-decision-id": decided, ...fields } = headers
    const { request_id, decision_id, ...problem } = JSON.parse(text) as Record<string, unknown>
    expect(request_id).toBe(id)
    expect(decision_id).toMatch(/^[0-9a-f-]{36}$/)
    expect(decided).toBe(decision_id)
    return { status, fields, problem, members: Object.keys(JSON.parse(text) as object) }
  }
  const here = await ask("stranger", "GET", `/v1/projects/${acmeProject}/sboms`)
  const there = await ask("stranger", "GET", "/v1/projects")
  expect(comparable(here)).toEqual(comparable(there))
  code = "authz.permission_denied"
  const deniedHere = await ask("viewer", "POST", `/v1/projects/${acmeProject}/sboms`)
  const deniedThere = await ask("viewer", "GET", "/v1/organizations")
  expect(comparable(deniedHere)).toEqual(comparable(deniedThere))
  gateway.governance.answerWith(undefined)
  await listener.close()
})

test("a denial's decision id is in the answer and in one log line", async () => {
  const { text } = await ask("viewer", "POST", `/v1/projects/${acmeProject}/sboms`)
  expect(JSON.parse(text)).toMatchObject({ permission: "can_write", object: `project:${acmeProject}` })
  const { decision_id: decisionId } = JSON.parse(text) as { decision_id: string }
  const line = gateway.logLines.find((candidate) => candidate.includes(decisionId))
  expect(JSON.parse(line ?? "{}")).toMatchObject({
    decisionId,
    principal: `user:acme/${acmeSubjects.viewer}`,
    permission: "can_write",
    objectId: acmeProject,
    allowed: false,
    visible: true,
  })
})
