import { randomUUID } from "node:crypto"
import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { ask } from "../tests/support/http.ts"
import { runGatehouse } from "../tests/support/run-gatehouse.ts"
import { createIdentityRealm } from "./support/identity-realm.ts"
import {
  createdId,
  createOwnedProject,
  type Member,
  member,
  type OwnedProject,
} from "./support/organizations.ts"
import { acme, stateDirectory } from "./support/plane.ts"
import { sendRaw } from "./support/raw-request.ts"
import { openLogin, submitLogin } from "./support/sign-in.ts"
import { clusterAdministrator, tenantLogin, withConnection } from "./support/tenant-login.ts"

/** ASVS 1.2.10, 16.4.1, 16.4.2: a name makes one log line, one line of a terminal, and no audit record is changed. */

let owner: Member
let owned: OwnedProject
beforeAll(async () => {
  owner = await member(acme, "owner")
  owned = await createOwnedProject(owner, `audit-${randomUUID()}`)
})

const mark = `forged-${randomUUID()}`
const line = `\r\n{"level":30,"name":"gatehouse","msg":"${mark}"}\r\n`

describe("a line that a client made up", () => {
  test("is none in the log, wherever it was sent", async () => {
    const realm = await createIdentityRealm(inject("plane"))
    const { browser, page } = await openLogin(realm)
    await submitLogin(browser, page, `ada${line}`, line)
    await openLogin(realm, { parameters: { client_id: `app${line}`, state: line, login_hint: line } })
    await realm.post("token", { grant_type: `x${line}`, client_id: line, client_secret: line })
    for (const method of ["GET", "DELETE"]) {
      await owner.ask(method, `/v1/projects/${encodeURIComponent(line)}`)
      await owner.ask(method, `/v1/sboms/${encodeURIComponent(line)}`, {
        headers: { "x-project-id": owned.project },
      })
    }
    await owner.ask("POST", "/v1/check", {
      json: { permission: line, object: `project:${line}`, principal: line },
    })
    await owner.ask("GET", `/v1/explain?${new URLSearchParams({ permission: line, object: line })}`)
    await owner.ask("POST", "/v1/sboms", {
      headers: { "x-project-id": owned.project },
      json: { bomFormat: line },
    })
    const { host, port } = new URL(acme.url)
    const smuggled = `GET /v1/me HTTP/1.1\r\nHost: ${host}\r\nX-Request-Id: x${line}User-Agent: y${line}\r\n\r\n`
    await sendRaw(Number(port), smuggled)
    await ask(`${acme.url}/v1/me`, {
      headers: { "x-request-id": mark, "user-agent": mark, authorization: mark },
    })

    const lines = (await readFile(join(stateDirectory, "gatehouse.log"), "utf8")).trimEnd().split("\n")
    expect(lines.length).toBeGreaterThan(10)
    for (const text of lines) {
      const parsed = JSON.parse(text) as Readonly<Record<string, unknown>>
      expect(parsed.msg).not.toBe(mark)
      expect(parsed.requestId).not.toBe(mark)
    }
  })

  test("is no name of a project", async () => {
    for (const name of [`a${line}`, "a\nb", "a\u2028b", "a\u001b[2Jb", "a\u202eb", " a", "a\u0000"]) {
      const answer = await owner.ask("POST", "/v1/projects", { json: { name } })
      expect({ name, status: answer.status }).toEqual({ name, status: 422 })
    }
    const made = await owner.ask("POST", "/v1/projects", { json: { name: `=1+1 ${randomUUID()} Ü` } })
    await owner.ask("DELETE", `/v1/projects/${createdId(made)}`)
  })
})

describe("in a terminal", () => {
  let home: string
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), "gatehouse-cli-"))
  })
  afterAll(() => rm(home, { recursive: true, force: true }))

  test("a component's name is shown on its one line, and moves nothing", async () => {
    const { project } = await createOwnedProject(owner, `shown-${randomUUID()}`)
    const name = "left\u001b[2J\u001b]0;title\u0007\nright\u202e\u009b31m"
    const document = {
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      version: 1,
      metadata: { component: { type: "application", name } },
      components: [
        { type: "library", name: "left-pad", purl: "pkg:npm/left-pad@1", licenses: [{ license: { name } }] },
      ],
    }
    createdId(await owner.ask("POST", "/v1/sboms", { headers: { "x-project-id": project }, json: document }))
    const { username, password } = acme.users.owner
    const words = ["login", "--organization", acme.url, "--username", username, "--password-stdin"]
    expect(await runGatehouse(home, words, { input: password })).toMatchObject({ code: 0 })
    for (const command of [
      ["sbom", "list", "--project", project],
      ["sbom", "search", "pkg:npm/left-pad", "--project", project],
    ]) {
      const { code, stdout } = await runGatehouse(home, command)
      expect(code).toBe(0)
      expect(stdout).toMatch(/left|left-pad/)
      expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u)
      expect(stdout.trimEnd().split("\n").length).toBeLessThanOrEqual(3)
    }
  })
})

describe("the audit log", () => {
  const database = "gatehouse_tenant_acme"
  const records = () =>
    withConnection(database, clusterAdministrator(), async (client) => {
      const { rows } = await client.query(
        "select id, actor, action, outcome, details, request_id from audit.record where project = $1 order by id",
        [owned.project],
      )
      return rows
    })

  test("holds what was done, by whom, and stays as it is, whoever asks", async () => {
    const before = await records()
    expect(before).toContainEqual(
      expect.objectContaining({ action: "sbom.create", actor: owner.principal, outcome: "done" }),
    )
    const changes = [
      "update audit.record set actor = 'user:acme/nobody'",
      "delete from audit.record",
      "truncate audit.record",
      "truncate audit.record cascade",
    ]
    const structure = [
      "drop table audit.record",
      "alter table audit.record disable trigger all",
      "drop trigger append_only on audit.record",
      "create or replace function audit.refuse_change() returns trigger language plpgsql as 'begin return old; end'",
      "alter table audit.record rename to other",
    ]
    for (const service of ["governance", "sbom"] as const) {
      await withConnection(database, await tenantLogin("acme", service), async (client) => {
        for (const statement of [...changes, ...structure, "set session_replication_role = replica"])
          await expect(client.query(statement), `${service}: ${statement}`).rejects.toThrow()
      })
    }
    await withConnection(database, clusterAdministrator(), async (client) => {
      for (const setting of ["origin", "replica"]) {
        await client.query(`set session_replication_role = ${setting}`)
        for (const statement of changes) await expect(client.query(statement), statement).rejects.toThrow()
      }
    })
    expect(await records()).toEqual(before)
  })

  test("takes no record whose time or transaction a login chose", async () => {
    await withConnection(database, await tenantLogin("acme", "sbom"), async (client) => {
      const insert = (column: string, value: string) =>
        client.query(
          `insert into audit.record (id, actor, actor_type, action, resource_type, resource_id, organization, outcome, ${column})
           values (gen_random_uuid(), 'user:acme/x', 'user', 'sbom.create', 'sbom', 'x', 'acme', 'done', ${value})`,
        )
      for (const [column, value] of [
        ["occurred_at", "now() - interval '1 year'"],
        ["transaction_id", "'1'"],
      ] as const)
        await expect(insert(column, value)).rejects.toMatchObject({ code: "42501" })
    })
  })
})
