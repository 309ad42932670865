import { randomBytes } from "node:crypto"
import { type OrganizationId, type Principal, permissionModel } from "@gatehouse/contracts"
import { createAuthorizationEngine } from "@gatehouse/engine-authorization"
import { type RunningPart, revealSecret, Secret } from "@gatehouse/kernel"
import { createRemoteAuthorizer, ensureStore, type RemoteAuthorizer } from "@gatehouse/openfga"
import {
  createOrganizationDatabases,
  ensureServiceDatabase,
  type OrganizationDatabases,
} from "@gatehouse/postgres"
import { testAdminUrl, uniqueName } from "@gatehouse/postgres/testing"
import type { RequestVerifier } from "@gatehouse/sdk"
import { createTestGateway, type TestGateway } from "@gatehouse/sdk/testing"
import {
  createGovernanceService,
  type GovernanceService,
  type GovernanceServiceOptions,
  governanceOrganizationSchema,
  type OrganizationTables,
} from "@gatehouse/service-governance"
import { createLogger } from "@gatehouse/telemetry"
import pg from "pg"
import { request } from "undici"
import { createFaults, type Faults, faultyAuthorizer, faultyDatabases } from "./faults.ts"
import { createMemoryRealms, type MemoryRealms } from "./memory-realms.ts"

/** One request to governance, as the gateway forwards it. */
export interface Ask {
  readonly as: Principal
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  readonly path: string
  readonly headers?: Record<string, string>
  /** Sent as JSON, or as it is where it is text. */
  readonly body?: unknown
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers whose form they assert
  readonly json: any
}

/** A row of an organization's audit log. */
export interface AuditRow {
  readonly actor: string
  readonly action: string
  readonly outcome: string
  readonly resource_id: string
  readonly project: string | null
  readonly decision_id: string | null
  readonly request_id: string | null
  readonly details: Readonly<Record<string, string>>
}

/** Governance on a real database and a real authorization server over HTTP, with realms in memory. */
export interface TestPlane {
  readonly acme: OrganizationId
  readonly globex: OrganizationId
  readonly governance: GovernanceService
  readonly realms: MemoryRealms
  readonly authorizer: RemoteAuthorizer
  readonly databases: OrganizationDatabases<OrganizationTables>
  /** Lines of the log, parsed. */
  readonly log: readonly Record<string, unknown>[]
  ask(ask: Ask): Promise<Answered>
  /** Where governance's next steps at an engine or at its own database fail. */
  readonly faults: Faults
  /** Ends governance and starts it anew on the same state. */
  restart(): Promise<void>
  /** Changes that governance has begun and not ended. */
  pendingChanges(): Promise<number>
  /** The audit log of an organization, in the order of its records, as the administrator reads it. */
  auditRecords(organization: OrganizationId): Promise<AuditRow[]>
  close(): Promise<void>
}

/** Everyone whom tests ask as, in each organization. */
const members = [
  { subject: "owner", groups: ["/org-owners"] },
  { subject: "admin", groups: ["/org-admins"], realmRoles: ["tenant-admin"] },
  { subject: "developer", groups: ["/org-members"], realmRoles: ["developer"] },
  { subject: "viewer", groups: ["/org-members"], realmRoles: ["viewer"] },
  { subject: "disabled", enabled: false },
  { subject: "gatehouse-api", type: "service" as const },
]

export interface TestPlaneOptions {
  /** Where realms have their issuers and keys. Default: an address at which nothing answers. */
  readonly identityUrl?: string
  /** What governance accepts instead of the gateway's internal tokens. */
  readonly verifier?: RequestVerifier
  /** The permission model. Default: the platform's own. */
  readonly model?: unknown
}

/** Starts a plane of a test file's own, with two organizations of names that no other file uses. */
export async function startTestPlane(options: TestPlaneOptions = {}): Promise<TestPlane> {
  const { identityUrl = "http://localhost:8081" } = options
  const log: Record<string, unknown>[] = []
  const logger = createLogger({
    name: "test",
    destination: { write: (line) => void log.push(JSON.parse(line)) },
  })
  const faults = createFaults()
  const realms = createMemoryRealms()
  realms.beforeChange = async (change) => faults.pass(change)
  const engine = await startAuthorization(options.model ?? permissionModel)
  const { authorizer } = engine
  const gateway = createTestGateway("governance")
  const loginKey = new Secret(randomBytes(32).toString("hex"))
  const databases = createOrganizationDatabases<OrganizationTables>({
    service: governanceOrganizationSchema.service,
    serverUrl: serverUrl(),
    loginKey,
  })
  const databaseUrl = await newServiceDatabase("governance")
  const serviceOptions: GovernanceServiceOptions = {
    verifier: options.verifier ?? gateway.verifier,
    authorizer: faultyAuthorizer(authorizer, faults),
    databases: faultyDatabases(databases, faults),
    databaseUrl,
    realms,
    provisioning: { adminUrl: testAdminUrl(), services: [{ ...governanceOrganizationSchema, loginKey }] },
    addresses: {
      publicUrl: "http://localhost:8080",
      issuerBaseUrl: identityUrl,
      identityUrl,
      algorithm: "RS256",
    },
    logger,
    port: 0,
  }
  let governance = await createGovernanceService(serviceOptions)
  const [acme, globex] = [uniqueName("acme") as OrganizationId, uniqueName("globex") as OrganizationId]
  for (const id of [acme, globex]) {
    await governance.provisionOrganization({ id, name: id })
    realms.add(id, ...members)
  }
  return {
    acme,
    globex,
    realms,
    authorizer,
    databases,
    log,
    faults,
    pendingChanges: async () => {
      const [row] = await query<{ count: string }>(
        databaseUrl,
        "select count(*) from governance.pending_change",
      )
      return Number(row?.count)
    },
    auditRecords: (organization) => {
      const url = new URL(revealSecret(testAdminUrl()))
      url.pathname = `/gatehouse_tenant_${organization}`
      return query<AuditRow>(new Secret(url.href), "select * from audit.record order by occurred_at, id")
    },
    get governance() {
      return governance
    },
    ask: (ask) => send(governance.url, gateway, ask),
    restart: async () => {
      await governance.close()
      governance = await createGovernanceService(serviceOptions)
    },
    close: async () => {
      await governance.close()
      await databases.close()
      await authorizer.close()
      await engine.part.close()
    },
  }
}

async function startAuthorization(model: unknown): Promise<{
  readonly part: RunningPart
  readonly authorizer: RemoteAuthorizer
}> {
  const presharedKey = new Secret(randomBytes(32).toString("hex"))
  const part = await createAuthorizationEngine({
    databaseUrl: await newServiceDatabase("authorization"),
    port: 0,
    presharedKey,
    logger: createLogger({ name: "authorization", level: "error" }),
  })
  const { storeId, modelId } = await ensureStore({
    url: part.url,
    credential: presharedKey,
    name: "gatehouse",
    model,
  })
  return {
    part,
    authorizer: createRemoteAuthorizer({ url: part.url, storeId, modelId, credential: presharedKey }),
  }
}

async function newServiceDatabase(stem: string): Promise<Secret> {
  const name = uniqueName(stem)
  const password = new Secret(randomBytes(18).toString("base64url"))
  const { url } = await ensureServiceDatabase(testAdminUrl(), { database: name, login: name, password })
  return url
}

async function query<Row extends pg.QueryResultRow>(url: Secret, text: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: revealSecret(url) })
  await client.connect()
  try {
    return (await client.query<Row>(text)).rows
  } finally {
    await client.end()
  }
}

function serverUrl(): string {
  return `postgres://${new URL(revealSecret(testAdminUrl())).host}`
}

async function send(
  url: string,
  gateway: TestGateway,
  { as, method = "GET", path, headers = {}, body }: Ask,
): Promise<Answered> {
  const response = await request(`${url}${path}`, {
    method,
    headers: {
      ...(await gateway.headers(as, method, path)),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  })
  const text = await response.body.text()
  return {
    status: response.statusCode,
    headers: response.headers,
    json: text === "" ? undefined : JSON.parse(text),
  }
}
