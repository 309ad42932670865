import { randomBytes, randomUUID } from "node:crypto"
import {
  type OrganizationId,
  organizationTuples,
  type Principal,
  type ProjectUuid,
  permissionModel,
  projectGroupPath,
  projectGroupTuples,
  projectLinkTuple,
} from "@gatehouse/contracts"
import { type RunningPart, revealSecret, Secret } from "@gatehouse/kernel"
import {
  createOrganizationDatabases,
  type Grant,
  type OrganizationDatabases,
  provisionOrganizationDatabase,
} from "@gatehouse/postgres"
import { testAdminUrl, uniqueName } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import { type Kysely, sql } from "kysely"
import pg from "pg"
import { request } from "undici"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { z } from "zod"
import { type Auth, createGatehouse, createServiceApp, type Gatehouse, project, resource } from "./index.ts"
import { createJobAuth } from "./jobs.ts"
import {
  createInProcessAuthorizer,
  createTestGateway,
  type InProcessAuthorizer,
  testPlatformAdministrator,
  testPrincipal,
} from "./testing/index.ts"

interface Tables {
  note: { id: string; org_id: string; project_id: string; text: string }
}

const acme = uniqueName("acme") as OrganizationId
const globex = uniqueName("globex") as OrganizationId
const [mine, other, foreign] = [randomUUID(), randomUUID(), randomUUID()] as [
  ProjectUuid,
  ProjectUuid,
  ProjectUuid,
]
const admin = testPrincipal({ home: acme, subject: "ada", realmRoles: ["tenant-admin"] })
const developer = testPrincipal({
  home: acme,
  subject: "dev",
  groups: [projectGroupPath(mine, "developer"), projectGroupPath(other, "viewer")],
})
const viewer = testPrincipal({ home: acme, subject: "vera", groups: [projectGroupPath(mine, "viewer")] })

const gateway = createTestGateway("notes")
const logger = createLogger({ name: "notes", level: "silent" })
const loginKey = new Secret(randomBytes(32).toString("hex"))
let databases: OrganizationDatabases<Tables>
let authorizer: InProcessAuthorizer
let gatehouse: Gatehouse<Tables>
let part: RunningPart
const kept: { grant: Grant<"can_read"> | undefined; auth: Auth | undefined } = {
  grant: undefined,
  auth: undefined,
}

beforeAll(async () => {
  const schema = {
    service: "notes",
    loginKey,
    resources: { sbom: { table: "note" } },
    migrations: {
      "0001-note": {
        up: async (db: Kysely<unknown>) => {
          await sql`create table note (id uuid primary key, org_id text not null, project_id uuid not null, text text not null)`.execute(
            db,
          )
        },
      },
    },
  }
  for (const organization of [acme, globex]) {
    await provisionOrganizationDatabase(testAdminUrl(), { organization, services: [schema] })
  }
  databases = createOrganizationDatabases<Tables>({
    service: "notes",
    serverUrl: `postgres://${new URL(revealSecret(testAdminUrl())).host}`,
    loginKey,
  })
  authorizer = createInProcessAuthorizer(permissionModel, [
    ...[acme, globex].flatMap(organizationTuples),
    ...[mine, other].flatMap((id) => [projectLinkTuple(acme, id), ...projectGroupTuples(acme, id)]),
    projectLinkTuple(globex, foreign),
    ...projectGroupTuples(globex, foreign),
  ])
  gatehouse = createGatehouse<Tables>({
    service: "notes",
    verifier: gateway.verifier,
    authorizer,
    databases,
    resources: schema.resources,
    logger,
  })
  const app = await createServiceApp({ gatehouse, logger, info: { title: "Notes", version: "1" } })
  app.route({
    method: "GET",
    url: "/v1/keep",
    summary: "Keeps its grant beyond its request",
    responses: { 200: z.object({}) },
    authorize: (auth) => auth.requirePermission("can_read", project(mine)),
    handler: ({ auth, granted }) => {
      Object.assign(kept, { auth, grant: granted })
      return {}
    },
  })
  app.route({
    method: "GET",
    url: "/v1/hang",
    summary: "Answers long after its client has gone",
    responses: { 200: z.object({}) },
    authorize: (auth) => auth.requirePermission("can_read", project(mine)),
    handler: async ({ auth, granted, reply }) => {
      Object.assign(kept, { auth, grant: granted })
      await new Promise((resolve) => reply.raw.once("close", resolve))
      return {}
    },
  })
  part = await app.listen(0)
})
afterAll(async () => {
  await part.close()
  await databases.close()
})

async function authenticate(as: Principal, selected?: string): Promise<Auth> {
  const { authorization } = await gateway.headers(as, "GET", "/v1/notes")
  const selection = selected === undefined ? [] : ["X-Project-ID", selected]
  return gatehouse.authenticate({
    method: "GET",
    url: "/v1/notes",
    rawHeaders: ["Authorization", authorization, ...selection],
  })
}

async function writeNote(as: Principal, inProject: ProjectUuid): Promise<string> {
  const auth = await authenticate(as)
  const grant = await auth.requirePermission("can_write", project(inProject))
  const id = randomUUID()
  await gatehouse.withGrant(grant, async (tx) => {
    await tx.insertInto("note").values({ id, org_id: auth.orgId, project_id: inProject, text: "t" }).execute()
    await tx.audit({ action: "note.create", resource: { type: "sbom", id } })
  })
  auth.end()
  return id
}

async function auditOf(organization: OrganizationId, action: string) {
  const url = new URL(revealSecret(testAdminUrl()))
  url.pathname = `/gatehouse_tenant_${organization}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return (await client.query("select * from audit.record where action = $1 order by occurred_at", [action]))
      .rows
  } finally {
    await client.end()
  }
}

describe("requirePermission on a resource", () => {
  it("finds its project in its row, and grants on the row", async () => {
    const id = await writeNote(developer, mine)
    const auth = await authenticate(viewer)
    const grant = await auth.requirePermission("can_read", resource("sbom", id))
    expect(grant).toMatchObject({ organization: acme, project: mine, object: { type: "sbom", id } })
    const rows = await gatehouse.withGrant(grant, (tx) =>
      tx.selectFrom("note").select("id").where("id", "=", id).execute(),
    )
    expect(rows).toEqual([{ id }])
    await expect(auth.requirePermission("can_delete", resource("sbom", id))).rejects.toMatchObject({
      code: "authz.permission_denied",
      details: { permission: "can_delete", object: `sbom:${id}` },
    })
    auth.end()
  })

  it("answers 404, in one way, for a row that is missing, malformed, of an unreadable project, or another organization's", async () => {
    const strange = testPrincipal({ home: globex, subject: "boss", realmRoles: ["tenant-admin"] })
    const theirs = await writeNote(strange, foreign)
    const unreadable = await writeNote(admin, other)
    const reader = await authenticate(viewer)
    for (const id of [randomUUID(), "x", theirs, unreadable, theirs.toUpperCase()]) {
      await expect(reader.requirePermission("can_read", resource("sbom", id))).rejects.toMatchObject({
        code: "authz.not_found",
        details: { decisionId: expect.any(String) },
      })
    }
    reader.end()
  })

  it("answers 404 where another project is selected, and the row where its own is", async () => {
    const id = await writeNote(developer, mine)
    const wrong = await authenticate(developer, other)
    await expect(wrong.requirePermission("can_read", resource("sbom", id))).rejects.toMatchObject({
      code: "authz.not_found",
    })
    const right = await authenticate(developer, mine)
    expect((await right.requirePermission("can_read", resource("sbom", id))).object.id).toBe(id)
  })

  it("asks nothing of a type that the service did not register", async () => {
    const auth = await authenticate(admin)
    for (const type of ["scan", "constructor", "__proto__"]) {
      await expect(auth.requirePermission("can_read", resource(type, randomUUID()))).rejects.toMatchObject({
        code: "authz.unknown_permission",
      })
    }
  })
})

describe("a grant", () => {
  it("dies with its request: after end() it opens nothing, and the request gives no other", async () => {
    const auth = await authenticate(viewer)
    const grant = await auth.requirePermission("can_read", project(mine))
    await gatehouse.withGrant(grant, (tx) => tx.selectFrom("note").select("id").execute())
    auth.end()
    await expect(gatehouse.withGrant(grant, async () => "ran")).rejects.toMatchObject({
      code: "postgres.grant_expired",
    })
    await expect(auth.requirePermission("can_read", project(mine))).rejects.toMatchObject({
      code: "postgres.grant_expired",
    })
  })

  it("dies when the answer has left", async () => {
    const answer = await request(`${part.url}/v1/keep`, {
      headers: await gateway.headers(viewer, "GET", "/v1/keep"),
    })
    await answer.body.dump()
    expect(answer.statusCode).toBe(200)
    await expect.poll(() => useKept()).toBe("postgres.grant_expired")
  })

  it("dies when the client has gone", async () => {
    kept.grant = undefined
    const leave = new AbortController()
    const asked = request(`${part.url}/v1/hang`, {
      headers: await gateway.headers(viewer, "GET", "/v1/hang"),
      signal: leave.signal,
    }).catch(() => undefined)
    await expect.poll(() => kept.grant !== undefined).toBe(true)
    expect(await useKept()).toBe("ran")
    leave.abort()
    await asked
    await expect.poll(() => useKept()).toBe("postgres.grant_expired")
  })

  async function useKept() {
    if (kept.grant === undefined) return "none"
    return gatehouse.withGrant(kept.grant, async () => "ran").catch((error) => error.code)
  }
})

describe("a platform administrator", () => {
  it("is audited at each use in the organization where it acts, also for reading alone", async () => {
    const auth = await authenticate(testPlatformAdministrator(acme))
    const grant = await auth.requirePermission("can_read", project(mine))
    const [record] = (await auditOf(acme, "platform.use")).slice(-1)
    expect(record).toMatchObject({
      actor: "user:platform/operator",
      resource_type: "project",
      resource_id: mine,
      organization: acme,
      decision_id: grant.decisionId,
      details: { permission: "can_read" },
    })
  })

  it("leaves no such record where it is refused, nor does anyone else", async () => {
    const before = (await auditOf(acme, "platform.use")).length
    const auth = await authenticate(testPlatformAdministrator(acme))
    await expect(auth.requirePermission("can_read", project(foreign))).rejects.toMatchObject({
      code: "authz.not_found",
    })
    const own = await authenticate(admin)
    await own.requirePermission("can_read", project(mine))
    expect(await auditOf(acme, "platform.use")).toHaveLength(before)
  })
})

describe("a job of the control plane", () => {
  it("asks for each permission as the service itself, and is audited under its name", async () => {
    const auth = createJobAuth({ service: "notes", authorizer, databases, logger })(acme)
    const grant = await auth.requirePermission("can_write", project(mine))
    expect(grant.principal.id).toBe("service:platform/notes")
    await expect(auth.requirePermission("can_read", project(foreign))).rejects.toMatchObject({
      code: "authz.not_found",
    })
    auth.end()
    await expect(gatehouse.withGrant(grant, async () => "ran")).rejects.toMatchObject({
      code: "postgres.grant_expired",
    })
    expect((await auditOf(acme, "platform.use")).at(-1)).toMatchObject({ actor: "service:platform/notes" })
  })
})
