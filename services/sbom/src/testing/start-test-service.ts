import { randomBytes, randomUUID } from "node:crypto"
import { once } from "node:events"
import { get, type IncomingMessage } from "node:http"
import {
  type OrganizationId,
  organizationObject,
  type Principal,
  type ProjectRole,
  type ProjectUuid,
  permissionModel,
  projectObject,
} from "@gatehouse/contracts"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { createOrganizationDatabases, provisionOrganizationDatabase } from "@gatehouse/postgres"
import { testAdminUrl, uniqueName } from "@gatehouse/postgres/testing"
import { createInProcessAuthorizer, createTestGateway, testPrincipal } from "@gatehouse/sdk/testing"
import { createLogger } from "@gatehouse/telemetry"
import { createSbomService } from "../create-sbom-service.ts"
import { sbomOrganizationSchema } from "../database/organization-schema.ts"
import type { SbomDatabase } from "../database/tables.ts"

/** What a test sends beside method and path. */
export interface TestRequest {
  readonly project?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes and text go as they are, anything else as JSON. */
  readonly body?: unknown
}

/** An answer with its body read; `json` where it is JSON. */
export interface TestAnswer {
  readonly status: number
  readonly headers: Headers
  readonly bytes: Buffer
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at answers of every form
  readonly json: any
}

/** The service on a real database, behind real internal tokens; permissions are evaluated by the real evaluator. */
export async function startTestService() {
  const loginKey = new Secret(randomBytes(32).toString("hex"))
  const authorizer = createInProcessAuthorizer(permissionModel)
  const gateway = createTestGateway("sbom")
  const adminUrl = testAdminUrl()
  const serverUrl = new URL(revealSecret(adminUrl))
  serverUrl.username = ""
  serverUrl.password = ""
  serverUrl.pathname = ""
  const databases = createOrganizationDatabases<SbomDatabase>({
    service: "sbom",
    serverUrl: serverUrl.href,
    loginKey,
  })
  const logger = createLogger({ name: "tests", level: "silent" })
  const service = await createSbomService({
    verifier: gateway.verifier,
    authorizer,
    databases,
    logger,
    port: 0,
  })

  return {
    url: service.url,
    authorizer,
    adminUrl,
    /** A new organization with its database. */
    async addOrganization(stem: string): Promise<OrganizationId> {
      const organization = uniqueName(stem) as OrganizationId
      await provisionOrganizationDatabase(adminUrl, {
        organization,
        services: [{ ...sbomOrganizationSchema, loginKey }],
      })
      return organization
    },
    /** A new project of an organization. */
    async addProject(organization: OrganizationId): Promise<ProjectUuid> {
      const project = randomUUID() as ProjectUuid
      await authorizer.write({
        writes: [
          {
            user: organizationObject(organization),
            relation: "organization",
            object: projectObject(project),
          },
        ],
      })
      return project
    },
    /** A new user of an organization who holds a role in a project. */
    async addUser(
      organization: OrganizationId,
      role?: ProjectRole,
      project?: ProjectUuid,
    ): Promise<Principal> {
      const user = testPrincipal({ home: organization, subject: randomUUID() })
      if (role !== undefined && project !== undefined)
        await authorizer.write({
          writes: [{ user: user.id, relation: role, object: projectObject(project) }],
        })
      return user
    },
    async request(
      as: Principal,
      method: string,
      path: string,
      options: TestRequest = {},
    ): Promise<TestAnswer> {
      const { project, headers = {}, body } = options
      const raw = body === undefined || typeof body === "string" || Buffer.isBuffer(body)
      const answer = await fetch(new URL(path, service.url), {
        method,
        headers: {
          ...(await gateway.headers(as, method, path)),
          ...(project === undefined ? {} : { "x-project-id": project }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        body: raw ? ((body ?? null) as string | null) : JSON.stringify(body),
      })
      const bytes = Buffer.from(await answer.arrayBuffer())
      const isJson = answer.headers.get("content-type")?.includes("json") === true
      return {
        status: answer.status,
        headers: answer.headers,
        bytes,
        json: isJson ? JSON.parse(bytes.toString()) : undefined,
      }
    },
    /** Asks, and leaves the body of the answer unread until it is cancelled. */
    async openUnread(as: Principal, path: string): Promise<IncomingMessage> {
      const headers = await gateway.headers(as, "GET", path)
      const sent = get(new URL(path, service.url), { headers, agent: false })
      const [answer] = (await once(sent, "response")) as [IncomingMessage]
      return answer
    },
    async close(): Promise<void> {
      await service.close()
      await databases.close()
    },
  }
}

export type TestService = Awaited<ReturnType<typeof startTestService>>
