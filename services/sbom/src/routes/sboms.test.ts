import { randomUUID } from "node:crypto"
import {
  type OrganizationId,
  type Principal,
  type ProjectRole,
  type ProjectUuid,
  projectRoles,
} from "@gatehouse/contracts"
import { revealSecret } from "@gatehouse/kernel"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { cyclonedx, library } from "../testing/small-documents.ts"
import { startTestService, type TestService } from "../testing/start-test-service.ts"

let service: TestService
let acme: OrganizationId
let globex: OrganizationId
let project: ProjectUuid
let other: ProjectUuid
let developer: Principal
let admin: Principal
let stranger: Principal

beforeAll(async () => {
  service = await startTestService()
  ;[acme, globex] = await Promise.all([service.addOrganization("acme"), service.addOrganization("globex")])
  ;[project, other] = await Promise.all([service.addProject(acme), service.addProject(acme)])
  developer = await service.addUser(acme, "developer", project)
  admin = await service.addUser(acme, "admin", project)
  stranger = await service.addUser(globex, "owner", await service.addProject(globex))
})
afterAll(() => service.close())

async function upload(components = [library("left-pad")]): Promise<string> {
  const answer = await service.request(developer, "POST", "/v1/sboms", {
    project,
    body: cyclonedx(components),
  })
  expect(answer.status).toBe(201)
  return answer.json.id
}

/** What may differ between two answers that must not be told apart. */
function comparable({ status, headers, json }: Awaited<ReturnType<TestService["request"]>>) {
  const { request_id: _request, decision_id: _decision, ...body } = json
  const kept = [...headers].filter(([name]) => !["date", "x-request-id", "x-decision-id"].includes(name))
  return { status, headers: Object.fromEntries(kept), body }
}

describe("create", () => {
  test("keeps document and components, stamps organization and project, and says where", async () => {
    const body = cyclonedx([library("a"), library("b")], {
      org_id: "globex",
      project_id: other,
      serialNumber: "urn:uuid:1",
      metadata: { component: { type: "application", name: "shop", version: "7" } },
    })
    const answer = await service.request(developer, "POST", "/v1/sboms", { project, body })
    expect(answer.status).toBe(201)
    expect(answer.headers.get("location")).toBe(`/v1/sboms/${answer.json.id}`)
    expect(answer.json).toMatchObject({
      project_id: project,
      format: "cyclonedx",
      format_version: "1.6",
      name: "shop",
      version: "7",
      serial: "urn:uuid:1",
      component_count: 2,
      size_bytes: Buffer.byteLength(JSON.stringify(body)),
      created_by: developer.id,
      warning_count: 0,
      warnings: [],
    })
    const document = await service.request(developer, "GET", `/v1/sboms/${answer.json.id}/document`)
    expect(document.bytes.toString()).toBe(JSON.stringify(body))
    expect(document.headers.get("content-type")).toBe("application/vnd.cyclonedx+json; version=1.6")
  })

  test("writes its audit record in the same transaction", async () => {
    const id = await upload()
    const records = await auditOf(acme, id)
    expect(records).toEqual([
      expect.objectContaining({ action: "sbom.create", actor: developer.id, outcome: "done" }),
    ])
  })

  test("a failure leaves neither document nor audit record", async () => {
    const before = await countRows(acme)
    const answer = await service.request(developer, "POST", "/v1/sboms", {
      project,
      body: cyclonedx([library("ok"), { type: "library", name: "" }]),
    })
    expect(answer.status).toBe(422)
    expect(await countRows(acme)).toEqual(before)
  })

  test.each([
    "application/vnd.cyclonedx+json",
    "application/vnd.cyclonedx+json; version=1.6",
    "application/spdx+json",
  ])("takes the content type %s", async (type) => {
    const answer = await service.request(developer, "POST", "/v1/sboms", {
      project,
      body: cyclonedx(),
      headers: { "content-type": type },
    })
    expect(answer.status).toBe(201)
  })

  test.each([
    ["another content type", { "content-type": "text/plain" }],
    ["XML", { "content-type": "application/vnd.cyclonedx+xml" }],
    ["a compressed body", { "content-encoding": "gzip" }],
  ])("refuses %s with 415", async (_, headers) => {
    const answer = await service.request(developer, "POST", "/v1/sboms", {
      project,
      body: cyclonedx(),
      headers,
    })
    expect([answer.status, answer.json.code]).toEqual([415, "request.unsupported_media_type"])
  })

  test.each([
    ["broken JSON", "{", 400, "request.invalid_json"],
    ["nothing", "", 400, "request.invalid_json"],
    ["what is no SBOM", "{}", 422, "sbom.not_an_sbom"],
    [
      "a duplicate key",
      '{"bomFormat":"CycloneDX","specVersion":"1.6","specVersion":"1.6"}',
      422,
      "sbom.duplicate_key",
    ],
    ["10,000 levels", `${"[".repeat(10_000)}${"]".repeat(10_000)}`, 422, "sbom.too_deep"],
    ["50,001 components", JSON.stringify(cyclonedx(Array(50_001).fill({}))), 422, "sbom.too_many_components"],
  ])("refuses %s", async (_, body, status, code) => {
    const answer = await service.request(developer, "POST", "/v1/sboms", { project, body })
    expect([answer.status, answer.json.code]).toEqual([status, code])
    expect(answer.headers.get("content-type")).toContain("application/problem+json")
  })

  test("refuses more than 32 MiB with 413, and goes on", async () => {
    const body = Buffer.alloc(32 * 1024 * 1024 + 1, " ")
    const answer = await service
      .request(developer, "POST", "/v1/sboms", { project, body })
      .catch(() => undefined)
    // The connection may be cut before the client has read the answer; the service answers the next request in any case.
    if (answer !== undefined) expect([answer.status, answer.json.code]).toEqual([413, "request.too_large"])
    await upload()
  })
})

describe("who may what", () => {
  const may: Readonly<Record<ProjectRole, { create: number; list: number; get: number; remove: number }>> = {
    owner: { create: 201, list: 200, get: 200, remove: 204 },
    admin: { create: 201, list: 200, get: 200, remove: 204 },
    member: { create: 201, list: 200, get: 200, remove: 403 },
    developer: { create: 201, list: 200, get: 200, remove: 403 },
    operator: { create: 403, list: 200, get: 200, remove: 403 },
    viewer: { create: 403, list: 200, get: 200, remove: 403 },
  }

  test.each(projectRoles)("%s has its row of the matrix", async (role) => {
    const user = await service.addUser(acme, role, project)
    const id = await upload()
    const answers = {
      create: (await service.request(user, "POST", "/v1/sboms", { project, body: cyclonedx() })).status,
      list: (await service.request(user, "GET", "/v1/sboms", { project })).status,
      get: (await service.request(user, "GET", `/v1/sboms/${id}`)).status,
      remove: (await service.request(user, "DELETE", `/v1/sboms/${id}`)).status,
    }
    expect(answers).toEqual(may[role])
  })

  test("who has no role in the project gets 404 for everything, and nothing is judged before", async () => {
    const member = await service.addUser(acme)
    const id = await upload()
    for (const [method, path, options] of [
      ["GET", "/v1/sboms?limit=x", { project }],
      ["POST", "/v1/sboms", { project, body: "{" }],
      ["GET", `/v1/sboms/${id}`, {}],
      ["DELETE", `/v1/sboms/${id}`, {}],
      ["GET", `/v1/sboms/${id}/document`, {}],
      ["GET", "/v1/components?purl=x", { project }],
    ] as const) {
      const answer = await service.request(member, method, path, options)
      expect([path, answer.status, answer.json.code]).toEqual([path, 404, "authz.not_found"])
    }
  })

  test("another organization's document answers exactly like one that never was", async () => {
    const id = await upload()
    for (const suffix of ["", "/document"]) {
      const foreign = await service.request(stranger, "GET", `/v1/sboms/${id}${suffix}`)
      const missing = await service.request(stranger, "GET", `/v1/sboms/${randomUUID()}${suffix}`)
      expect(comparable(foreign)).toEqual(comparable(missing))
      expect(foreign.status).toBe(404)
    }
    const foreign = await service.request(stranger, "DELETE", `/v1/sboms/${id}`)
    expect(comparable(foreign)).toEqual(
      comparable(await service.request(stranger, "DELETE", `/v1/sboms/${randomUUID()}`)),
    )
    expect((await service.request(developer, "GET", `/v1/sboms/${id}`)).status).toBe(200)
  })

  test("another organization's project can neither be listed nor written, by header, path, query or body", async () => {
    await upload()
    for (const [path, options] of [
      ["/v1/sboms", { project }],
      [`/v1/projects/${project}/sboms`, {}],
      [`/v1/components?purl=pkg:npm/left-pad`, { project, headers: { "x-org-id": acme } }],
    ] as const) {
      expect((await service.request(stranger, "GET", path, options)).status).toBe(404)
    }
    const written = await service.request(stranger, "POST", "/v1/sboms", {
      project,
      body: cyclonedx([], { org_id: acme }),
      headers: { "x-org-id": acme, "x-gatehouse-organization": acme },
    })
    expect(written.status).toBe(404)
  })

  test.each(["", "x", "..%2fsboms", "00000000-0000-0000-0000-00000000000G", "%00"])(
    "the malformed id %j is 404",
    async (id) => {
      const answer = await service.request(developer, "GET", `/v1/sboms/${id}`)
      expect(answer.status).toBe(404)
    },
  )
})

describe("the project", () => {
  test("is needed for list, create and search", async () => {
    for (const [method, path] of [
      ["GET", "/v1/sboms"],
      ["POST", "/v1/sboms"],
      ["GET", "/v1/components?purl=pkg:npm/a"],
    ] as const) {
      const answer = await service.request(
        developer,
        method,
        path,
        method === "POST" ? { body: cyclonedx() } : {},
      )
      expect([answer.status, answer.json.code]).toEqual([400, "request.project_required"])
    }
  })

  test("may be in the path instead", async () => {
    const base = `/v1/projects/${project}`
    const created = await service.request(developer, "POST", `${base}/sboms`, {
      body: cyclonedx([library("in-path")]),
    })
    expect(created.status).toBe(201)
    const { id } = created.json
    expect((await service.request(developer, "GET", `${base}/sboms/${id}`)).json.id).toBe(id)
    expect((await service.request(developer, "GET", `${base}/sboms`)).json.items[0].id).toBe(id)
    expect(
      (await service.request(developer, "GET", `${base}/components?purl=pkg:npm/in-path`)).json.items,
    ).toHaveLength(1)
    expect((await service.request(admin, "DELETE", `${base}/sboms/${id}`)).status).toBe(204)
  })

  test("both and different is 400, both and equal is not", async () => {
    const path = `/v1/projects/${project}/sboms`
    const different = await service.request(developer, "GET", path, { project: other })
    expect([different.status, different.json.code]).toEqual([400, "request.project_mismatch"])
    expect((await service.request(developer, "GET", path, { project })).status).toBe(200)
  })

  test("by id it is optional, and one that is not the document's is 404 even for who sees both", async () => {
    const both = await service.addUser(acme, "admin", project)
    await service.authorizer.write({
      writes: [{ user: both.id, relation: "admin", object: `project:${other}` }],
    })
    const id = await upload()
    expect((await service.request(both, "GET", `/v1/sboms/${id}`)).status).toBe(200)
    expect((await service.request(both, "GET", `/v1/sboms/${id}`, { project })).status).toBe(200)
    expect((await service.request(both, "GET", `/v1/sboms/${id}`, { project: other })).status).toBe(404)
    expect((await service.request(both, "DELETE", `/v1/sboms/${id}`, { project: other })).status).toBe(404)
    expect((await service.request(both, "GET", `/v1/projects/${other}/sboms/${id}`)).status).toBe(404)
  })
})

describe("list", () => {
  test("shows the project's documents alone, newest first, in pages that neither repeat nor leave out", async () => {
    const fresh = await service.addProject(acme)
    const user = await service.addUser(acme, "developer", fresh)
    const ids: string[] = []
    for (let index = 0; index < 7; index += 1) {
      const answer = await service.request(user, "POST", "/v1/sboms", { project: fresh, body: cyclonedx() })
      ids.unshift(answer.json.id)
    }
    const seen: string[] = []
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page = await service.request(user, "GET", `/v1/sboms?limit=3${cursor && `&cursor=${cursor}`}`, {
        project: fresh,
      })
      expect(page.json.items.length).toBeLessThanOrEqual(3)
      seen.push(...page.json.items.map(({ id }: { id: string }) => id))
      cursor = page.json.next_cursor
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
  })

  const written = (place: unknown) => Buffer.from(JSON.stringify(place)).toString("base64url")
  test.each([
    "x",
    "W10",
    "bnVsbA",
    written(["2026-01-01T00:00:00.000Z", "x"]),
    written(["0000-01-01T00:00:00.000Z", "0198a1b2-0000-7000-8000-000000000001"]),
  ])("the cursor %j was not issued", async (cursor) => {
    const answer = await service.request(developer, "GET", `/v1/sboms?cursor=${cursor}`, { project })
    expect([answer.status, answer.json.code]).toEqual([400, "request.invalid_cursor"])
  })

  test.each(["0", "201", "x", "1.5"])("the limit %s is refused", async (limit) => {
    expect((await service.request(developer, "GET", `/v1/sboms?limit=${limit}`, { project })).status).toBe(
      422,
    )
  })
})

describe("delete", () => {
  test("removes document, bytes and components with their audit record, and nothing else", async () => {
    const [id, kept] = [await upload([library("gone")]), await upload([library("gone")])]
    expect((await service.request(admin, "DELETE", `/v1/sboms/${id}`)).status).toBe(204)
    expect((await service.request(admin, "GET", `/v1/sboms/${id}`)).status).toBe(404)
    const found = await service.request(developer, "GET", "/v1/components?purl=pkg:npm/gone", { project })
    expect(found.json.items.map(({ sbom_id }: { sbom_id: string }) => sbom_id)).toEqual([kept])
    expect((await auditOf(acme, id)).map(({ action }) => action)).toEqual(["sbom.create", "sbom.delete"])
  })

  test("of fifty at once one succeeds", async () => {
    const id = await upload()
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => service.request(admin, "DELETE", `/v1/sboms/${id}`)),
    )
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 404)).toHaveLength(49)
  })
})

async function query(organization: OrganizationId, text: string, values: readonly unknown[] = []) {
  const url = new URL(revealSecret(service.adminUrl))
  url.pathname = `/gatehouse_tenant_${organization}`
  const client = new pg.Client({ connectionString: url.href })
  await client.connect()
  try {
    return (await client.query(text, [...values])).rows
  } finally {
    await client.end()
  }
}

function auditOf(organization: OrganizationId, id: string) {
  return query(organization, "select * from audit.record where resource_id = $1 order by id", [id])
}

async function countRows(organization: OrganizationId) {
  const [row] = await query(
    organization,
    "select (select count(*) from sbom.sbom) as sbom, (select count(*) from sbom.component) as component, (select count(*) from audit.record) as record",
  )
  return row
}
