import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Answer, ask } from "../tests/support/http.ts"
import { login, postForm } from "../tests/support/login.ts"
import { type PlaneProcess, startPlaneProcess } from "../tests/support/plane-process.ts"
import { runGatehouse } from "../tests/support/run-gatehouse.ts"
import { freshDirectory } from "./support/fresh-directory.ts"

/** ASVS 6.3.2, 13.2.3, 13.4.2, 16.5.1: a plane with NODE_ENV=production, every development default allowed by name. */

const defaults = ["embedded", "http", "demo", "state-secrets"]
const environment = { NODE_ENV: "production" }

let production: PlaneProcess
let token: string
beforeAll(async () => {
  production = await startPlaneProcess({ arguments: ["--demo", "--allow", defaults.join(",")], environment })
  const { issuer, users } = acme()
  token = (await login({ issuer, ...users.admin })).access_token
}, 90_000)
afterAll(() => production?.[Symbol.asyncDispose]())

function acme() {
  const found = production.demo.organizations.acme
  if (found === undefined) throw new Error("there is no acme")
  return found
}

const doors = () => [
  acme().url,
  production.plane.urls.gateway ?? "",
  production.plane.urls.identity ?? "",
  production.plane.urls.authorization ?? "",
  production.plane.credentials.control.url,
]

describe("development defaults", () => {
  test("do not start while one of them is not allowed by name", async () => {
    const starts = defaults.map(async (missing) => {
      await using state = await freshDirectory()
      const allowed = defaults.filter((name) => name !== missing).join(",")
      const words = ["up", "--demo", "--allow", allowed, "--state", state.path, "--port", "29990"]
      return { missing, ...(await runGatehouse(state.path, words, { environment })) }
    })
    for (const { missing, code, stderr } of await Promise.all(starts)) {
      expect({ missing, refused: code !== 0 }).toEqual({ missing, refused: true })
      expect(stderr).toMatch(new RegExp(`in use: ${missing}\\..*server\\.unsafe_defaults`, "s"))
    }
  })

  test("are no secrets: each is generated, long, and its own", async () => {
    const text = await readFile(join(production.stateDirectory, "secrets.json"), "utf8")
    const { values } = JSON.parse(text) as { readonly values: Readonly<Record<string, string>> }
    const secrets = Object.values(values)
    expect(secrets.length).toBeGreaterThanOrEqual(6)
    for (const secret of secrets) expect(Buffer.from(secret, "base64url").length).toBeGreaterThanOrEqual(32)
    expect(new Set(secrets).size).toBe(secrets.length)
    const { users } = acme()
    const passwords = Object.values(users).map(({ password }) => password)
    expect(new Set(passwords).size).toBe(passwords.length)
    for (const password of passwords) expect(password.length).toBeGreaterThanOrEqual(16)
  })

  test("let nobody in by a name and password that everybody knows", async () => {
    const { identity = "", authorization = "", database = "" } = production.plane.urls
    for (const realm of ["master", "platform", "acme"]) {
      for (const [clientId, secret] of [
        ["gatehouse", "gatehouse"],
        ["gatehouse", "secret"],
        ["gatehouse", ""],
        ["gatehouse-api", "gatehouse-api"],
        ["admin-cli", ""],
      ] as const) {
        const answer = await postForm(`${identity}/realms/${realm}/protocol/openid-connect/token`, {
          grant_type: "client_credentials",
          client_id: clientId,
          client_secret: secret,
        })
        expect({ realm, clientId, refused: answer.status >= 400 }).toEqual({ realm, clientId, refused: true })
      }
      const password = {
        grant_type: "password",
        client_id: "admin-cli",
        username: "admin",
        password: "admin",
      }
      const answer = await postForm(`${identity}/realms/${realm}/protocol/openid-connect/token`, password)
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }
    for (const key of [undefined, "secret", "gatehouse", "presharedkey", "openfga"])
      expect((await ask(`${authorization}/stores`, { token: key })).status).toBe(401)
    const { default: pg } = await import("pg")
    for (const [user, password] of [
      ["gatehouse", "gatehouse"],
      ["gatehouse", "password"],
      ["postgres", "postgres"],
    ] as const) {
      const { hostname: host, port } = new URL(database)
      const client = new pg.Client({ host, port: Number(port), user, password, database: "postgres" })
      await expect(client.connect(), `${user}/${password}`).rejects.toMatchObject({ code: "28P01" })
    }
  })
})

test("no debug, metrics, documentation or management endpoint answers on any door", async () => {
  const paths = [
    "/debug",
    "/debug/pprof/heap",
    "/debug/vars",
    "/metrics",
    "/prometheus",
    "/actuator",
    "/actuator/env",
    "/health",
    "/json/version",
    "/playground",
    "/graphql",
    "/swagger",
    "/docs",
    "/documentation/json",
    "/admin",
    "/console",
    "/.env",
    "/.git/HEAD",
    "/package.json",
    "/secrets.json",
    "/plane.json",
    "/%2e%2e/secrets.json",
  ]
  for (const door of doors()) {
    for (const path of paths) {
      for (const more of [{}, { token }]) {
        const { status, text } = await ask(`${door}${path}`, more)
        expect({ door, path, refused: status === 401 || status === 404 || status === 400 }).toEqual({
          door,
          path,
          refused: true,
        })
        expect(text.length).toBeLessThan(1_000)
      }
    }
  }
})

test("nothing listens beyond loopback, and no inspector", async () => {
  const commandLine = await readFile(`/proc/${production.plane.pid}/cmdline`, "utf8")
  expect(commandLine).not.toContain("inspect")
  const ports = [0, 1, 2, 4].map((offset) => production.port + offset)
  const listening = (await readFile("/proc/net/tcp", "utf8"))
    .split("\n")
    .map((line) => /^\s*\d+: ([0-9A-F]{8}):([0-9A-F]{4}) \S+ 0A /.exec(line))
    .filter((found) => found !== null)
    .map(([, address, port]) => ({ address, port: Number.parseInt(port ?? "", 16) }))
  for (const port of ports) {
    const addresses = listening.filter((one) => one.port === port).map(({ address }) => address)
    expect({ port, addresses }).toEqual({ port, addresses: ["0100007F"] })
  }
})

describe("an error", () => {
  /** What one may hold, in the words of each wire. */
  const members = new Set([
    "type",
    "title",
    "status",
    "code",
    "detail",
    "action",
    "request_id",
    "decision_id",
    "errors",
  ])
  const oauth = new Set(["error", "error_description", "errorMessage", "code", "message"])
  const inside =
    /node_modules|\.ts:\d|\bat \w+ \(|\/work\/|\/home\/|\/tmp\/|select |insert into|pg_|ECONN|postgres:|SyntaxError|TypeError/i

  const expectPlain = (where: string, { status, headers, text, json }: Answer) => {
    expect({ where, status: status >= 400 }).toEqual({ where, status: true })
    expect(text, where).not.toMatch(inside)
    for (const name of ["server", "x-powered-by", "via"]) expect(headers[name]).toBeUndefined()
    if (text === "" || String(headers["content-type"]).startsWith("text/html")) return
    const allowed = String(headers["content-type"]).includes("problem+json") ? members : oauth
    expect({ where, surplus: Object.keys(json as object).filter((name) => !allowed.has(name)) }).toEqual({
      where,
      surplus: [],
    })
  }

  test("of any door shows code and request id, and nothing of the inside", async () => {
    const json = { "content-type": "application/json" }
    for (const door of doors()) {
      for (const path of [
        "/",
        "/v1/projects",
        "/realms/acme/protocol/openid-connect/token",
        "/stores",
        "/x%00y",
        "/%E0%A4%A",
        "/health",
      ]) {
        for (const question of [
          { method: "DELETE" },
          { method: "POST", headers: json, body: "{" },
          { method: "POST", headers: json, body: `{"a":${"[".repeat(5_000)}` },
          { method: "POST", headers: { "content-type": "x/y" }, body: "x" },
          { method: "GET", headers: { "x-project-id": "'; select 1 --" } },
        ])
          expectPlain(
            `${question.method} ${door}${path}`,
            await ask(`${door}${path}`, { token, ...question }),
          )
      }
    }
    const twin = await ask(`${acme().url}/v1/me`, { token })
    expect(twin.status).toBe(200)
    for (const name of ["server", "x-powered-by"]) expect(twin.headers[name]).toBeUndefined()
  })

  test("of the plane itself says no more, and the log says why, by the request's id", async () => {
    const { default: pg } = await import("pg")
    const { port } = new URL(production.plane.urls.database ?? "")
    const { username: user = "", password = "" } = production.plane.credentials.database ?? {}
    const client = new pg.Client({
      host: "127.0.0.1",
      port: Number(port),
      user,
      password,
      database: "gatehouse_tenant_acme",
    })
    await client.connect()
    await client.query("alter table sbom.sbom rename to mislaid")
    await client.end()
    const answer = await ask(`${acme().url}/v1/sboms`, {
      token,
      headers: { "x-project-id": acme().project.id },
    })
    expect(answer.status).toBeGreaterThanOrEqual(500)
    expectPlain("a lost table", answer)
    const { request_id: requestId = "" } = answer.json as { readonly request_id?: string }
    const log = await readFile(join(production.stateDirectory, "gatehouse.log"), "utf8")
    expect(
      log
        .split("\n")
        .filter((line) => line.includes(requestId))
        .join(),
    ).toMatch(/"level":50/)
  })
})
