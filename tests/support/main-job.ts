import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { DemoOrganization } from "@gatehouse/server"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { launchChromium } from "./chromium.ts"
import { type Answer, ask } from "./http.ts"
import { login } from "./login.ts"
import type { SharedPlane } from "./plane-setup.ts"
import { runGatehouse } from "./run-gatehouse.ts"

/** The running plane, as the main job needs it. */
export type PlaneUnderTest = Pick<SharedPlane, "plane" | "demo" | "stateDirectory">

/** The README's tour, step by step, as tests that run in order. `planeUnderTest` is asked when they run. */
export function describeMainJob(planeUnderTest: () => PlaneUnderTest): void {
  let home: string
  let bill: string
  let documentId: string
  let developer: string
  let acme: DemoOrganization
  let globex: DemoOrganization

  /** The command line as one of acme's users. Each has a home of its own. */
  async function as(user: keyof DemoOrganization["users"], ...parameters: string[]) {
    return runGatehouse(join(home, user), parameters)
  }

  async function tokenOf(place: DemoOrganization, user: keyof DemoOrganization["users"]): Promise<string> {
    return (await login({ issuer: place.issuer, ...place.users[user] })).access_token
  }

  beforeAll(async () => {
    const { organizations } = planeUnderTest().demo
    acme = organizations.acme as DemoOrganization
    globex = organizations.globex as DemoOrganization
    home = await mkdtemp(join(tmpdir(), "gatehouse-tour-"))
    for (const user of ["owner", "admin", "developer", "viewer"] as const) {
      const { username, password } = acme.users[user]
      const { code, stderr } = await runGatehouse(
        join(home, user),
        ["login", "--organization", acme.url, "--username", username, "--password-stdin"],
        { input: `${password}\n` },
      )
      expect({ user, code, stderr: code === 0 ? "" : stderr }).toEqual({ user, code: 0, stderr: "" })
    }
    // The SBOM of this very repository, as npm makes it.
    const { stdout } = await promisify(execFile)("npm", ["sbom", "--sbom-format", "cyclonedx"], {
      cwd: fileURLToPath(new URL("../..", import.meta.url)),
      maxBuffer: 64 * 1024 * 1024,
    })
    bill = join(home, "gatehouse.cdx.json")
    await writeFile(bill, stdout)
  })

  afterAll(async () => {
    await rm(home, { recursive: true, force: true })
  })

  test("a developer logs in by the real login page, in a browser, with PKCE", async () => {
    const browser = await launchChromium()
    try {
      const page = await browser.newPage()
      const redirect = `${acme.url}/callback`
      const challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
      const query = new URLSearchParams({
        response_type: "code",
        client_id: "gatehouse-portal",
        redirect_uri: redirect,
        scope: "openid",
        state: randomUUID(),
        code_challenge: challenge,
        code_challenge_method: "S256",
      })
      await page.goto(`${acme.issuer}/protocol/openid-connect/auth?${query}`)
      await page.fill('input[name="username"]', acme.users.developer.username)
      await page.fill('input[name="password"]', acme.users.developer.password)
      await Promise.all([
        page.waitForURL((url) => url.href.startsWith(redirect)),
        page.click('button[type="submit"], input[type="submit"]'),
      ])
      const callback = new URL(page.url())
      expect(callback.searchParams.get("code")).toMatch(/.+/)
      expect(callback.searchParams.get("iss")).toBe(acme.issuer)
    } finally {
      await browser.close()
    }
    developer = await tokenOf(acme, "developer")
  })

  test("the developer uploads this repository's SBOM, lists it and finds a component by its package URL", async () => {
    const uploaded = await as("developer", "sbom", "upload", bill, "--project", acme.project.id, "--json")
    expect(uploaded).toMatchObject({ code: 0 })
    const document = JSON.parse(uploaded.stdout)
    documentId = document.id
    expect(document.component_count).toBeGreaterThan(200)
    const listed = await as("developer", "sbom", "list", "--project", acme.project.id, "--json")
    expect(JSON.parse(listed.stdout).items.map(({ id }: { id: string }) => id)).toContain(documentId)
    const found = await as(
      "developer",
      "sbom",
      "search",
      "pkg:npm/fastify",
      "--project",
      acme.project.id,
      "--json",
    )
    expect(JSON.parse(found.stdout).items).toEqual([
      expect.objectContaining({ purl: expect.stringMatching(/^pkg:npm\/fastify@/) }),
    ])
  })

  test("the viewer lists and reads, may not upload, and is told why and which grant would allow it", async () => {
    const listed = await as("viewer", "sbom", "list", "--project", acme.project.id, "--json")
    expect(listed.code).toBe(0)
    const read = await as("viewer", "sbom", "get", documentId, "--json")
    expect(read.code).toBe(0)
    const refused = await as("viewer", "sbom", "upload", bill, "--project", acme.project.id)
    expect(refused.code).toBe(3)
    expect(refused.stderr).toContain("authz.permission_denied")
    expect(refused.stderr.trim().split("\n")).toHaveLength(1)
    const explained = await as("viewer", "explain", "can_write", `project:${acme.project.id}`)
    expect(explained.code).toBe(3)
    expect(explained.stdout).toContain("gatehouse project grant")
  })

  test("the admin makes the suggested grant, the viewer uploads, the admin takes it back, the viewer is refused", async () => {
    const explained = await as("viewer", "explain", "can_write", `project:${acme.project.id}`)
    const command = /gatehouse (project grant .*)/.exec(explained.stdout)?.[1]?.trim().split(/\s+/) ?? []
    const granted = await as("admin", ...command)
    expect(granted).toMatchObject({ code: 0 })
    const uploaded = await as("viewer", "sbom", "upload", bill, "--project", acme.project.id, "--json")
    expect(uploaded).toMatchObject({ code: 0 })
    const revoked = await as("admin", "project", "revoke", ...command.slice(2))
    expect(revoked).toMatchObject({ code: 0 })
    const refused = await as("viewer", "sbom", "upload", bill, "--project", acme.project.id)
    expect(refused.code).toBe(3)
  })

  describe("globex's admin", () => {
    let admin: string
    beforeAll(async () => {
      admin = await tokenOf(globex, "admin")
    })

    /** Everything of an answer but what differs from request to request. */
    const comparable = ({ status, headers, text }: Answer, id: string) => ({
      status,
      headers: Object.fromEntries(
        Object.entries(headers).filter(([name]) => !["date", "x-request-id", "x-decision-id"].includes(name)),
      ),
      body: text.replaceAll(id, "<id>").replaceAll(/"(request_id|decision_id)":"[^"]*"/g, '"$1":"…"'),
    })

    test("gets for acme's document exactly what an id that never was gets", async () => {
      for (const method of ["GET", "DELETE"]) {
        const never = randomUUID()
        const foreign = await ask(`${globex.url}/v1/sboms/${documentId}`, { method, token: admin })
        const missing = await ask(`${globex.url}/v1/sboms/${never}`, { method, token: admin })
        expect(foreign.status).toBe(404)
        expect(comparable(foreign, documentId)).toEqual(comparable(missing, never))
      }
      const twin = await ask(`${acme.url}/v1/sboms/${documentId}`, { token: developer })
      expect(twin.status).toBe(200)
    })

    test("never reaches anything of acme's, whatever the request claims", async () => {
      const claims: Record<string, string> = {
        "x-org-id": "acme",
        "x-tenant-id": "acme",
        "x-user-id": "owner",
        "x-gatehouse-organization": "acme",
        "x-forwarded-host": "acme.localhost",
        forwarded: "host=acme.localhost",
      }
      const attempts: [string, string, Record<string, string>][] = [
        ["headers", `${globex.url}/v1/sboms/${documentId}`, claims],
        ["project", `${globex.url}/v1/sboms/${documentId}`, { "x-project-id": acme.project.id }],
        ["list", `${globex.url}/v1/sboms`, { "x-project-id": acme.project.id }],
        ["path", `${globex.url}/v1/projects/${acme.project.id}/sboms`, claims],
        ["host", `${acme.url}/v1/sboms/${documentId}`, {}],
        ["query", `${globex.url}/v1/sboms/${documentId}?organization=acme&org_id=acme`, {}],
      ]
      for (const [name, url, headers] of attempts) {
        const answer = await ask(url, { token: admin, headers })
        expect({ name, status: answer.status }).toEqual({ name, status: 404 })
        expect(answer.text).not.toContain("acme")
      }
      const body = await ask(`${globex.url}/v1/check`, {
        method: "POST",
        token: admin,
        json: {
          permission: "can_read",
          object: `project:${acme.project.id}`,
          organization: "acme",
          org_id: "acme",
        },
      })
      expect((body.json as { allowed?: boolean } | undefined)?.allowed ?? false).toBe(false)
    })
  })

  describe("the databases agree", () => {
    const connect = async (database: string, user: string, password: string) => {
      const { port } = new URL(planeUnderTest().plane.urls.database ?? "")
      const client = new pg.Client({ host: "127.0.0.1", port: Number(port), database, user, password })
      await client.connect()
      return client
    }
    /** The login that the SBOM service has in an organization, with its real password. */
    const loginOf = async (name: string) => {
      const { readFile } = await import("node:fs/promises")
      const { deriveLoginPassword } = await import("@gatehouse/postgres")
      const { revealSecret, Secret } = await import("@gatehouse/kernel")
      const { values } = JSON.parse(
        await readFile(join(planeUnderTest().stateDirectory, "secrets.json"), "utf8"),
      )
      const user = `gatehouse_${name}_sbom`
      return { user, password: revealSecret(deriveLoginPassword(new Secret(values["login.sbom"]), user)) }
    }

    test("acme's login can't connect to globex's database", async () => {
      const { user, password } = await loginOf("acme")
      await expect(connect("gatehouse_tenant_globex", user, password)).rejects.toMatchObject({
        code: "42501",
      })
      const twin = await connect("gatehouse_tenant_acme", user, password)
      await twin.end()
    })

    test("with no grant a service's login sees no row, and hand-written SQL reaches nothing of another organization", async () => {
      const { user, password } = await loginOf("acme")
      const client = await connect("gatehouse_tenant_acme", user, password)
      try {
        const count = async () => (await client.query("select count(*)::int as n from sbom.sbom")).rows[0].n
        expect(await count()).toBe(0)
        await client.query(
          "select set_config('gatehouse.org_id', 'globex', false), set_config('gatehouse.project_id', $1, false)",
          [globex.project.id],
        )
        expect(await count()).toBe(0)
        await client.query(
          "select set_config('gatehouse.org_id', 'acme', false), set_config('gatehouse.project_id', $1, false)",
          [acme.project.id],
        )
        // Inside one organization the settings are no boundary, as the threat model says; this is the twin.
        expect(await count()).toBeGreaterThan(0)
        await expect(client.query("set role gatehouse_globex_sbom")).rejects.toMatchObject({ code: "42501" })
        await expect(client.query("set session authorization gatehouse")).rejects.toMatchObject({
          code: "42501",
        })
      } finally {
        await client.end()
      }
    })
  })
}
