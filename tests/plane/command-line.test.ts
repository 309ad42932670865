import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { text } from "node:stream/consumers"
import type { DemoOrganization } from "@gatehouse/server"
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest"
import { ask } from "../support/http.ts"
import { cookieHeader, type Jar, keepCookies, postForm, submitLogin } from "../support/login.ts"
import { gatehouseCommand } from "../support/plane-process.ts"
import { runGatehouse } from "../support/run-gatehouse.ts"

/** The command line's logins, on the shared plane. */
const { demo, stateDirectory } = inject("plane")
const acme = demo.organizations.acme as DemoOrganization
const globex = demo.organizations.globex as DemoOrganization

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "gatehouse-cli-"))
})
afterAll(() => rm(home, { recursive: true, force: true }))

const loginsFile = (user: string) => join(home, user, "gatehouse", "logins.json")
const gatehouse = (user: string, ...parameters: string[]) => runGatehouse(join(home, user), parameters)

async function logIn(home: string, organization: DemoOrganization, user: keyof DemoOrganization["users"]) {
  const { username, password } = organization.users[user]
  const words = ["login", "--organization", organization.url, "--username", username, "--password-stdin"]
  const { code, stdout, stderr } = await runGatehouse(home, words, { input: `${password}\n` })
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  return stdout
}

interface KeptLogin {
  accessToken: string
  accessTokenExpiresAt: number
  refreshToken: string
}

/** Rewrites the kept login, as time would. */
async function changeLogin(user: string, change: (login: KeptLogin) => void): Promise<KeptLogin> {
  const file = JSON.parse(await readFile(loginsFile(user), "utf8"))
  const login = file.logins[file.current]
  change(login)
  await writeFile(loginsFile(user), JSON.stringify(file))
  return login
}

describe("login", () => {
  test("by address and password walks the real login page, and keeps the tokens for its owner alone", async () => {
    const said = await logIn(join(home, "dev"), acme, "developer")
    expect(said).toBe(`Logged in to acme as ${acme.users.developer.username}.\n`)
    expect((await stat(loginsFile("dev"))).mode & 0o777).toBe(0o600)
    const me = JSON.parse((await gatehouse("dev", "whoami", "--json")).stdout)
    expect(me).toMatchObject({ organization: "acme", username: acme.users.developer.username })
  })

  test("by name and demo user needs no password", async () => {
    const { code, stderr } = await gatehouse(
      "demo",
      "login",
      "--organization",
      "globex",
      "--demo",
      "viewer",
      "--state",
      stateDirectory,
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(JSON.parse((await gatehouse("demo", "whoami", "--json")).stdout).organization).toBe("globex")
  })

  test("of a platform administrator sees every organization", async () => {
    const words = [
      "login",
      "--organization",
      "platform",
      "--demo",
      "administrator",
      "--state",
      stateDirectory,
    ]
    expect(await gatehouse("operator", ...words)).toMatchObject({ code: 0 })
    const listed = await gatehouse("operator", "organization", "list", "--json")
    expect(JSON.parse(listed.stdout).items.map(({ id }: { id: string }) => id)).toEqual(
      expect.arrayContaining(["acme", "globex"]),
    )
  })

  test("in the browser: the command waits for the redirect, and takes the code that comes with it", async () => {
    const child = spawn(process.execPath, [gatehouseCommand, "login", "--organization", acme.url], {
      stdio: ["ignore", "pipe", "pipe"],
      // No browser is found there, so that nothing but the test opens the address.
      env: { HOME: join(home, "browser"), XDG_STATE_HOME: join(home, "browser"), PATH: "/nonexistent" },
    })
    const output = text(child.stdout)
    const [first] = (await once(child.stderr, "data")) as [Buffer]
    const address = new URL(/Log in at (\S+)/.exec(first.toString())?.[1] ?? "")
    const redirectUri = address.searchParams.get("redirect_uri") ?? ""
    expect(redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/)
    expect(address.searchParams.get("code_challenge_method")).toBe("S256")

    const jar: Jar = new Map()
    let shown = address
    let page = await ask(shown.href)
    for (
      ;
      page.headers.location !== undefined;
      page = await ask(shown.href, { headers: { cookie: cookieHeader(jar) } })
    ) {
      keepCookies(jar, page.headers["set-cookie"])
      shown = new URL(String(page.headers.location), shown)
    }
    keepCookies(jar, page.headers["set-cookie"])
    const action = /<form[^>]*\saction="([^"]*)"/.exec(page.text)?.[1]?.replaceAll("&amp;", "&")
    expect(action).toBeDefined()
    const credentials = { issuer: acme.issuer, ...acme.users.owner, redirectUri }
    const callback = await submitLogin(new URL(action ?? "", shown), credentials, jar)
    expect((await ask(callback.href)).status).toBe(200)
    expect(await output).toBe(`Logged in to acme as ${acme.users.owner.username}.\n`)
    expect(child.exitCode ?? (await once(child, "exit"))[0]).toBe(0)
  })

  test("a wrong password and an unknown user get one and the same line, and nothing is kept", async () => {
    const attempt = (username: string) =>
      runGatehouse(
        join(home, "wrong"),
        ["login", "--organization", acme.url, "--username", username, "--password-stdin"],
        {
          input: "not the password",
        },
      )
    const [wrong, unknown] = [await attempt(acme.users.owner.username), await attempt("nobody-at-all")]
    expect(wrong).toEqual(unknown)
    expect([wrong.code, wrong.stdout]).toEqual([5, ""])
    expect(wrong.stderr).toMatch(/^gatehouse: .+ \(cli\.login_failed\)\n$/)
    expect(wrong.stderr).not.toContain("not the password")
    await expect(stat(loginsFile("wrong"))).rejects.toMatchObject({ code: "ENOENT" })
  })
})

describe("a session", () => {
  test("its access token works for other tools, at its own organization alone", async () => {
    await logIn(join(home, "dev"), acme, "developer")
    const { stdout } = await gatehouse("dev", "token")
    const token = stdout.trimEnd()
    expect((await ask(`${acme.url}/v1/me`, { token })).status).toBe(200)
    expect((await ask(`${globex.url}/v1/me`, { token })).status).toBe(404)
  })

  test("is renewed once, however many commands find it expired at the same time", async () => {
    await logIn(join(home, "many"), acme, "viewer")
    const before = await changeLogin("many", (login) => {
      login.accessTokenExpiresAt = Date.now()
    })
    const runs = await Promise.all(Array.from({ length: 4 }, () => gatehouse("many", "token")))
    expect(runs.map(({ code, stderr }) => [code, stderr])).toEqual(Array(4).fill([0, ""]))
    expect(new Set(runs.map(({ stdout }) => stdout)).size).toBe(1)
    const after = await changeLogin("many", () => {})
    expect(after.refreshToken).not.toBe(before.refreshToken)
    expect(after.accessToken).not.toBe(before.accessToken)
  })

  test("that cannot be renewed any more says so, and ends with 5", async () => {
    await logIn(join(home, "stale"), acme, "viewer")
    await changeLogin("stale", (login) => {
      login.accessTokenExpiresAt = 0
      login.refreshToken = "no-such-token"
    })
    const { code, stdout, stderr } = await gatehouse("stale", "project", "list")
    expect([code, stdout]).toEqual([5, ""])
    expect(stderr).toMatch(/\(cli\.session_ended\)\n$/)
  })

  test("ends with a logout, at the server too: neither of its tokens works any more", async () => {
    await logIn(join(home, "leaver"), acme, "viewer")
    const kept = await changeLogin("leaver", () => {})
    expect((await ask(`${acme.url}/v1/me`, { token: kept.accessToken })).status).toBe(200)
    const { code, stderr } = await gatehouse("leaver", "logout")
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    const renewed = await postForm(`${acme.issuer}/protocol/openid-connect/token`, {
      grant_type: "refresh_token",
      client_id: "gatehouse-cli",
      refresh_token: kept.refreshToken,
    })
    expect(renewed.status).toBe(400)
    // A revocation reaches every verifier within a second.
    await expect
      .poll(async () => (await ask(`${acme.url}/v1/me`, { token: kept.accessToken })).status, {
        timeout: 2_000,
      })
      .toBe(401)
    expect(await gatehouse("leaver", "whoami")).toMatchObject({ code: 5 })
  })

  test("several are kept side by side, and --as and --organization choose", async () => {
    const both = join(home, "both")
    await logIn(both, acme, "viewer")
    await logIn(both, acme, "admin")
    await logIn(both, globex, "viewer")
    const who = async (...words: string[]) => {
      const { id, organization, username } = JSON.parse(
        (await gatehouse("both", "whoami", "--json", ...words)).stdout,
      )
      expect(id).toMatch(new RegExp(`^user:${organization}/`))
      return [organization, username]
    }
    expect(await who()).toEqual(["globex", globex.users.viewer.username])
    expect(await who("--organization", "acme", "--as", acme.users.viewer.username)).toEqual([
      "acme",
      acme.users.viewer.username,
    ])
    expect(await who("--as", acme.users.admin.username, "--organization", acme.url)).toEqual([
      "acme",
      acme.users.admin.username,
    ])
  })
})

describe("projects", () => {
  test("are created, granted by user name and group, listed and deleted; what may not be done ends with 3", async () => {
    await Promise.all([logIn(join(home, "boss"), acme, "admin"), logIn(join(home, "reader"), acme, "viewer")])
    const name = `cli-${Date.now().toString(36)}`
    const created = await gatehouse("boss", "project", "create", name, "--json")
    expect(created).toMatchObject({ code: 0 })
    const { id } = JSON.parse(created.stdout)
    const names = async (user: string) =>
      JSON.parse((await gatehouse(user, "project", "list", "--json")).stdout).items.map(
        (item: { name: string }) => item.name,
      )
    expect(await names("reader")).not.toContain(name)
    expect(await gatehouse("reader", "sbom", "list", "--project", id)).toMatchObject({ code: 4, stdout: "" })

    expect(
      await gatehouse("boss", "project", "grant", name, "viewer", acme.users.viewer.username),
    ).toMatchObject({ code: 0 })
    expect(await names("reader")).toContain(name)
    expect(await gatehouse("reader", "check", "can_read", `project:${name}`)).toMatchObject({
      code: 0,
      stdout: "allowed\n",
    })
    expect(await gatehouse("reader", "check", "can_write", `project:${name}`)).toMatchObject({
      code: 3,
      stdout: "denied\n",
    })
    expect(await gatehouse("reader", "project", "delete", name, "--yes")).toMatchObject({ code: 3 })

    expect(await gatehouse("boss", "project", "grant", id, "developer", "/org-members")).toMatchObject({
      code: 0,
    })
    expect(await gatehouse("reader", "check", "can_write", `project:${id}`)).toMatchObject({ code: 0 })
    expect(await gatehouse("boss", "project", "revoke", id, "developer", "/org-members")).toMatchObject({
      code: 0,
    })

    expect(await gatehouse("boss", "project", "grant", id, "viewer", "nobody-at-all")).toMatchObject({
      code: 4,
    })
    expect(await gatehouse("boss", "project", "delete", name)).toMatchObject({ code: 6 })
    expect(await gatehouse("boss", "project", "delete", name, "--yes")).toMatchObject({ code: 0 })
    expect(await names("boss")).not.toContain(name)
  })
})
