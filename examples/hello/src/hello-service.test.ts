import { randomBytes, randomUUID } from "node:crypto"
import { type OrganizationId, type Principal, type ProjectRole, permissionModel } from "@gatehouse/contracts"
import { type RunningPart, revealSecret, Secret } from "@gatehouse/kernel"
import { createOrganizationDatabases, provisionOrganizationDatabase } from "@gatehouse/postgres"
import { testAdminUrl, uniqueName } from "@gatehouse/postgres/testing"
import { createInProcessAuthorizer, createTestGateway, testPrincipal } from "@gatehouse/sdk/testing"
import { createLogger } from "@gatehouse/telemetry"
import { afterAll, beforeAll, expect, test } from "vitest"
import { createHelloService } from "./hello-service.ts"
import { helloMigrations } from "./migrations.ts"

const organization = uniqueName("acme") as OrganizationId
const loginKey = new Secret(randomBytes(32).toString("hex"))
const authorizer = createInProcessAuthorizer(permissionModel)
const gateway = createTestGateway("hello")
const project = randomUUID()
const server = new URL(revealSecret(testAdminUrl()))
const databases = createOrganizationDatabases<never>({
  service: "hello",
  serverUrl: `${server.protocol}//${server.host}`,
  loginKey,
})
let service: RunningPart

beforeAll(async () => {
  await provisionOrganizationDatabase(testAdminUrl(), {
    organization,
    services: [{ service: "hello", loginKey, migrations: helloMigrations, resources: {} }],
  })
  await authorizer.write({
    writes: [
      { user: `organization:${organization}`, relation: "organization", object: `project:${project}` },
    ],
  })
  const logger = createLogger({ name: "hello", level: "silent" })
  service = await createHelloService({ verifier: gateway.verifier, authorizer, databases, logger, port: 0 })
})
afterAll(async () => {
  await service.close()
  await databases.close()
})

async function user(role: ProjectRole): Promise<Principal> {
  const principal = testPrincipal({ home: organization, subject: randomUUID() })
  await authorizer.write({ writes: [{ user: principal.id, relation: role, object: `project:${project}` }] })
  return principal
}

async function call(as: Principal, method: "GET" | "POST", body?: object) {
  const answer = await fetch(`${service.url}/v1/greetings`, {
    method,
    headers: {
      ...(await gateway.headers(as, method, "/v1/greetings")),
      "x-project-id": project,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, json: (await answer.json()) as Record<string, unknown> }
}

test("who may write greets, who may read sees it, and who may only read does not greet", async () => {
  const [developer, viewer] = await Promise.all([user("developer"), user("viewer")])
  const greeted = await call(developer, "POST", { text: "Good morning" })
  expect(greeted).toEqual({ status: 201, json: { id: expect.any(String), text: "Good morning" } })
  expect(await call(viewer, "GET")).toEqual({ status: 200, json: { items: [greeted.json] } })
  const refused = await call(viewer, "POST", { text: "Good evening" })
  expect([refused.status, refused.json.code]).toEqual([403, "authz.permission_denied"])
})

test("a member that the body should not have is refused, and nothing is kept", async () => {
  const developer = await user("developer")
  const before = await call(developer, "GET")
  const refused = await call(developer, "POST", { text: "hi", org_id: "globex" })
  expect([refused.status, refused.json.code]).toEqual([422, "request.invalid"])
  expect(await call(developer, "GET")).toEqual(before)
})
