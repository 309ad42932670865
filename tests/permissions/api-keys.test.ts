import {
  type OrganizationId,
  organizationTuples,
  type Permission,
  type ProjectUuid,
  parseOrganizationId,
  projectGroupPath,
  projectGroupTuples,
  projectLinkTuple,
} from "@gatehouse/contracts"
import { createIdentityEngine } from "@gatehouse/engine-identity"
import { Secret } from "@gatehouse/kernel"
import { createIdentityClient, type Directory, type IdentityClient, realmTemplate } from "@gatehouse/keycloak"
import { createTestDatabase, findFreePort } from "@gatehouse/postgres/testing"
import { type ApiKeyRecord, type DecisionObject, decideForApiKey } from "@gatehouse/sdk/decision"
import { createLogger } from "@gatehouse/telemetry"
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest"
import { createTestWire, type TestWire } from "../../packages/keycloak/src/contract/test-wire.ts"
import { onOwnEngine, type PermissionTarget, remoteTarget } from "./permission-target.ts"

/** What an API key may do: its creator stands in a realm of the embedded identity engine, its tuples in the embedded engine. */
const acme = parseOrganizationId("acme")
const globex = parseOrganizationId("globex")
const project = "3f2504e0-4f89-41d3-9a0c-0305e82c3301" as ProjectUuid
const second = "3f2504e0-4f89-41d3-9a0c-0305e82c3302" as ProjectUuid
const foreign = "3f2504e0-4f89-41d3-9a0c-0305e82c3303" as ProjectUuid
const developers = projectGroupPath(project, "developer")
const now = 1_800_000_000_000

let target: PermissionTarget
let identity: IdentityClient
let directory: Directory
let wire: TestWire
let creator: string
const closing: (() => Promise<unknown>)[] = []
/** Records as they stand at each moment. */
const keys = new Map<string, ApiKeyRecord>()

beforeAll(async () => {
  target = await onOwnEngine(remoteTarget)
  closing.push(() => target.close())
  await target.write([
    ...organizationTuples(acme),
    ...organizationTuples(globex),
    ...[project, second].flatMap((id) => [projectLinkTuple(acme, id), ...projectGroupTuples(acme, id)]),
    projectLinkTuple(globex, foreign),
    ...projectGroupTuples(globex, foreign),
  ])
  const database = await createTestDatabase()
  const port = await findFreePort()
  const url = `http://localhost:${port}`
  const clientSecret = new Secret("secret of these tests' administrator")
  const credentials = { realm: "master", clientId: "gatehouse", clientSecret }
  const engine = await createIdentityEngine({
    databaseUrl: database.url,
    port,
    publicUrl: url,
    bootstrap: { clientId: "gatehouse", clientSecret },
    encryptionKey: new Secret("an encryption key of these tests"),
    logger: createLogger({ name: "test", level: "error" }),
  })
  identity = createIdentityClient({ url, credentials })
  wire = createTestWire({ url, credentials })
  closing.push(async () => {
    await identity.close()
    await engine.close()
    await database.drop()
  })
  directory = identity.directory({ cacheMilliseconds: 0 })
  for (const organization of [acme, globex])
    await identity.ensureRealm(
      realmTemplate({
        organization,
        displayName: organization,
        organizationUrl: `http://${organization}.localhost`,
      }),
    )
})
afterAll(async () => {
  for (const close of closing.reverse()) await close()
})

let names = 0
beforeEach(async () => {
  names += 1
  const groups = [developers, "/org-members"]
  creator = (await identity.ensureUser(acme, { username: `creator-${names}`, groups })).id
})

const onProject = (id: ProjectUuid = project): DecisionObject => ({ type: "project", id })
const document: DecisionObject = {
  type: "sbom",
  id: "0d9a9b52-9c36-4f6c-8f57-0a2a4f3f2d11",
  parentProject: project,
}

function keyOf(facts: Partial<ApiKeyRecord> = {}, id = "key"): string {
  keys.set(id, {
    organization: acme,
    creator: { type: "user", subject: creator },
    scopes: ["can_read", "can_write"],
    project: undefined,
    expiresAtMilliseconds: undefined,
    isDisabled: false,
    ...facts,
  })
  return id
}

const ask = (
  permission: Permission,
  object: DecisionObject = onProject(),
  more: Partial<Parameters<typeof decideForApiKey>[0]> & {
    readonly id?: string
    readonly in?: OrganizationId
  } = {},
) =>
  decideForApiKey({
    authorizer: target.authorizer,
    permission,
    object,
    key: { organization: more.in ?? acme, id: more.id ?? "key" },
    findKey: async (_organization, id) => keys.get(id),
    findPrincipal: directory.findPrincipal,
    nowMilliseconds: now,
    ...more,
  })
const yes = { allowed: true, visible: true }
const denied = { allowed: false, visible: true }
const nothing = { allowed: false, visible: false }

describe("an API key", () => {
  it("may do what its scopes name and its creator may, on a project and on its resources", async () => {
    keyOf()
    for (const object of [onProject(), document])
      for (const permission of ["can_read", "can_write"] as const)
        expect(await ask(permission, object)).toMatchObject(yes)
  })

  it("may not do what its creator may, where its scopes do not name it", async () => {
    keyOf({ scopes: ["can_read"] })
    expect(await ask("can_write")).toMatchObject(denied)
    expect(await ask("can_execute")).toMatchObject(denied)
    keyOf({ scopes: ["can_write"] })
    expect(await ask("can_execute")).toMatchObject(nothing)
    for (const scopes of [[], ["*"], ["can_"], ["CAN_READ"], ["can_read "], ["__proto__"]]) {
      keyOf({ scopes })
      expect(await ask("can_read")).toMatchObject(nothing)
    }
  })

  it("may not do what its scopes name, where its creator may not", async () => {
    keyOf({ scopes: ["can_read", "can_delete", "can_manage_secrets", "can_manage_users"] })
    expect(await ask("can_delete")).toMatchObject(denied)
    expect(await ask("can_manage_secrets")).toMatchObject(denied)
    expect(await ask("can_manage_users", { type: "organization", id: acme })).toMatchObject(denied)
    expect(await ask("can_read", onProject(second))).toMatchObject(nothing)
  })

  it("without the scope to read learns of an object by what it may do there, and by no refusal", async () => {
    keyOf({ scopes: ["can_write", "can_delete"] })
    expect(await ask("can_write")).toMatchObject(yes)
    expect(await ask("can_delete")).toMatchObject(nothing)
    expect(await ask("can_delete", onProject(second))).toMatchObject(nothing)
  })

  it("takes names of scopes as whoever registers them says, and none of its own making", async () => {
    keyOf({ scopes: ["scan:read"] })
    const permissionsOf = (scope: string) => (scope === "scan:read" ? ["can_read"] : [])
    expect(await ask("can_read", onProject(), { permissionsOf })).toMatchObject(yes)
    expect(await ask("can_write", onProject(), { permissionsOf })).toMatchObject(denied)
    keyOf({ scopes: ["can_read"] })
    expect(await ask("can_read", onProject(), { permissionsOf })).toMatchObject(nothing)
  })

  it("of a project opens nothing else, whatever its creator may", async () => {
    await identity.ensureUser(acme, { username: `creator-${names}`, groups: ["/org-owners"] })
    keyOf({ project })
    expect(await ask("can_write")).toMatchObject(yes)
    expect(await ask("can_write", document)).toMatchObject(yes)
    expect(await ask("can_write", onProject(second))).toMatchObject(nothing)
    expect(await ask("can_write", { ...document, parentProject: second })).toMatchObject(nothing)
    expect(await ask("can_read", { type: "organization", id: acme })).toMatchObject(nothing)
  })
})

describe("both sides are looked up at the moment of the question", () => {
  it("a role that the creator gets or loses, the key has or loses", async () => {
    keyOf({ scopes: ["can_read", "can_delete"] })
    expect(await ask("can_delete")).toMatchObject(denied)
    const username = `creator-${names}`
    await identity.ensureUser(acme, { username, groups: ["/org-owners"] })
    expect(await ask("can_delete")).toMatchObject(yes)
    const tuple = { user: `group:acme/org-owners#member`, relation: "owner", object: `organization:${acme}` }
    await target.authorizer.write({ deletes: [tuple] })
    expect(await ask("can_delete")).toMatchObject(denied)
    await target.authorizer.write({ writes: [tuple] })
  })

  it("a group that the creator leaves is gone from the key", async () => {
    keyOf()
    expect(await ask("can_write")).toMatchObject(yes)
    const groups = (await wire.read(acme, `/users/${creator}/groups`)) as { id: string; path: string }[]
    const left = groups.find(({ path }) => path === developers)
    await wire.change("DELETE", acme, `/users/${creator}/groups/${left?.id}`)
    expect(await ask("can_write")).toMatchObject(nothing)
  })

  it("a scope that is taken away is gone", async () => {
    keyOf()
    expect(await ask("can_write")).toMatchObject(yes)
    keyOf({ scopes: ["can_read"] })
    expect(await ask("can_write")).toMatchObject(denied)
  })

  it("a creator who is disabled, or gone, ends the key", async () => {
    keyOf()
    expect(await ask("can_read")).toMatchObject(yes)
    await identity.ensureUser(acme, { username: `creator-${names}`, enabled: false })
    expect(await ask("can_read")).toMatchObject(nothing)
    keyOf({ creator: { type: "user", subject: "0d9a9b52-9c36-4f6c-8f57-0a2a4f3f2d12" } })
    expect(await ask("can_read")).toMatchObject(nothing)
  })

  it("an expiry and a revocation end the key, to the millisecond", async () => {
    for (const [expiresAtMilliseconds, expected] of [
      [now + 1, yes],
      [now, nothing],
      [now - 1, nothing],
      [0, nothing],
      [Number.NaN, nothing],
    ] as const) {
      keyOf({ expiresAtMilliseconds })
      expect(await ask("can_read")).toMatchObject(expected)
    }
    keyOf({ isDisabled: true })
    expect(await ask("can_read")).toMatchObject(nothing)
    keys.delete("key")
    expect(await ask("can_read")).toMatchObject(nothing)
  })
})

describe("a key made by a service account", () => {
  it("may do what that account may", async () => {
    const service = { type: "service", subject: "gatehouse-api" } as const
    keyOf({ creator: service, scopes: ["can_execute", "can_write", "can_read"] })
    expect(await ask("can_execute")).toMatchObject(nothing)
    const tuple = {
      user: `service:${acme}/gatehouse-api`,
      relation: "operator",
      object: `project:${project}`,
    }
    await target.authorizer.write({ writes: [tuple] })
    expect(await ask("can_execute")).toMatchObject(yes)
    expect(await ask("can_write")).toMatchObject(denied)
    await target.authorizer.write({ deletes: [tuple] })
  })

  it("is none where a key is said to have made it", async () => {
    keyOf({ creator: { type: "api_key" as "user", subject: "key" } })
    expect(await ask("can_read")).toMatchObject(nothing)
  })
})

describe("between organizations", () => {
  it("a key opens nothing of another organization, and nothing when it is used there", async () => {
    keyOf()
    expect(await ask("can_read", onProject(foreign))).toMatchObject(nothing)
    expect(await ask("can_read", { type: "organization", id: globex })).toMatchObject(nothing)
    expect(await ask("can_read", onProject(foreign), { in: globex })).toMatchObject(nothing)
    expect(await ask("can_read", onProject(), { in: globex })).toMatchObject(nothing)
  })

  it("a creator of another realm counts for nothing, even under the same name and with a stored binding", async () => {
    const { id } = await identity.ensureUser(globex, { username: "stranger", groups: ["/org-owners"] })
    const user = `user:${globex}/${id}`
    const tuple = { user, relation: "owner", object: `project:${project}` }
    await target.authorizer.write({ writes: [tuple] })
    keyOf({ creator: { type: "user", subject: id } })
    expect(await ask("can_read")).toMatchObject(nothing)
    const confused = () => directory.findPrincipal(globex, "user", id)
    expect(await ask("can_read", onProject(), { findPrincipal: confused })).toMatchObject(nothing)
    await target.authorizer.write({ deletes: [tuple] })
  })
})

describe("what cannot be looked up is a refusal", () => {
  const unavailable = { code: "authz.unavailable" }

  it("of the directory, that is not there", async () => {
    keyOf()
    const clientSecret = new Secret("unused")
    const credentials = { realm: "master", clientId: "gatehouse", clientSecret }
    const gone = createIdentityClient({ url: "http://127.0.0.1:9", credentials })
    const { findPrincipal } = gone.directory()
    await expect(ask("can_read", onProject(), { findPrincipal })).rejects.toMatchObject(unavailable)
    await gone.close()
  })

  it("of the keys, that cannot be read", async () => {
    const findKey = () => Promise.reject(new Error("no database"))
    await expect(ask("can_read", onProject(), { findKey })).rejects.toMatchObject(unavailable)
  })

  it("of the authorization server, that is not there", async () => {
    keyOf()
    const lost = await onOwnEngine(remoteTarget)
    await lost.close()
    const { authorizer } = lost
    await expect(ask("can_read", onProject(), { authorizer })).rejects.toMatchObject(unavailable)
  })
})
