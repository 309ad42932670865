import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { processStart } from "../../apps/server/src/state/instance-lock.ts"
import { processTree } from "../../bench/start/process-tree.ts"
import { findFreePortSpan } from "../support/free-port-span.ts"
import { ask } from "../support/http.ts"
import { login } from "../support/login.ts"
import {
  newStateDirectory,
  type PlaneProcess,
  removeStateDirectory,
  startPlaneProcess,
} from "../support/plane-process.ts"
import { runGatehouse } from "../support/run-gatehouse.ts"

/** One state directory through its life: these tests run in order, each from where the one before left it. */
let stateDirectory: string
let home: string
let running: PlaneProcess

/** A zombie whose parent has not looked yet has ended all the same. */
const alive = (pid: number) => processStart(pid) !== undefined
const mode = async (name: string) => (await stat(join(stateDirectory, name))).mode & 0o777
const exists = (name: string) =>
  stat(join(stateDirectory, name)).then(
    () => true,
    () => false,
  )

async function acmeAnswers({ demo }: PlaneProcess): Promise<number> {
  const acme = demo.organizations.acme
  if (acme === undefined) throw new Error("there is no acme")
  const { access_token } = await login({ issuer: acme.issuer, ...acme.users.developer })
  return (await ask(`${acme.url}/v1/projects/${acme.project.id}`, { token: access_token })).status
}

beforeAll(async () => {
  stateDirectory = await newStateDirectory()
  home = await mkdtemp(join(tmpdir(), "gatehouse-home-"))
  running = await startPlaneProcess({ stateDirectory })
})

afterAll(async () => {
  await running.stop()
  await runGatehouse(home, ["reset", "--yes", "--state", stateDirectory])
  await removeStateDirectory(stateDirectory)
  await rm(home, { recursive: true, force: true })
})

describe("while it runs", () => {
  test("plane.json and demo.json say where everything is, to their owner alone", async () => {
    const { plane, port } = running
    expect(await mode("plane.json")).toBe(0o600)
    expect(await mode("demo.json")).toBe(0o600)
    expect(await mode("secrets.json")).toBe(0o600)
    expect(plane).toMatchObject({
      ready: true,
      pid: running.child.pid,
      urls: {
        gateway: `http://localhost:${port}`,
        identity: `http://localhost:${port + 1}`,
        authorization: expect.stringContaining(`:${port + 2}`),
        database: expect.stringContaining(`:${port + 4}`),
      },
      credentials: { authorization: expect.any(String) },
    })
    expect(Object.keys(plane.urls).sort()).toEqual(["authorization", "database", "gateway", "identity"])
  })

  test("every port answers on 127.0.0.1 and on ::1", async () => {
    for (const host of ["127.0.0.1", "[::1]"]) {
      expect((await ask(`http://${host}:${running.port}/healthz`)).status).toBe(200)
      expect((await ask(`http://${host}:${running.port + 1}/realms/acme`)).status).toBe(200)
      expect((await ask(`http://${host}:${running.port + 2}/healthz`)).status).toBe(200)
    }
  })

  test("status shows each part's health and no credential", async () => {
    const { code, stdout } = await runGatehouse(home, ["status", "--json", "--state", stateDirectory])
    expect(code).toBe(0)
    const status = JSON.parse(stdout)
    expect(Object.values(status.parts)).toEqual(
      Array.from({ length: 6 }, () => expect.objectContaining({ status: "ok" })),
    )
    expect(status).not.toHaveProperty("credentials")
    expect(stdout).not.toContain(running.plane.credentials.authorization)
  })

  test("a second start on the same state names the running one and exits 1", async () => {
    const { code, stderr } = await runGatehouse(home, ["up", "--state", stateDirectory, "--port", "30990"])
    expect(code).toBe(1)
    expect(stderr).toContain(String(running.plane.pid))
    expect(stderr.trim().split("\n")).toHaveLength(1)
    expect(await acmeAnswers(running)).toBe(200)
  })

  test("the log holds no password, token or key", async () => {
    await acmeAnswers(running)
    const log = await readFile(join(stateDirectory, "gatehouse.log"), "utf8")
    const { credentials } = running.plane
    const secrets = [
      credentials.authorization,
      credentials.identity?.clientSecret,
      credentials.database?.password,
      ...Object.values(running.demo.organizations.acme?.users ?? {}).map(({ password }) => password),
    ]
    expect(secrets.every((secret) => secret !== undefined && secret.length > 10)).toBe(true)
    for (const secret of secrets) expect(log).not.toContain(secret)
    expect(log).not.toMatch(/eyJ[A-Za-z0-9_-]{10,}\./)
  })
})

describe("stopping", () => {
  test("Ctrl-C stops every process within five seconds and removes plane.json", async () => {
    const tree = processTree(running.child.pid as number)
    expect(tree.length).toBeGreaterThan(1)
    const exited = new Promise<number | null>((resolve) => running.child.once("exit", resolve))
    const began = performance.now()
    running.child.kill("SIGINT")
    expect(await exited).toBe(0)
    expect(performance.now() - began).toBeLessThan(5_000)
    expect(tree.filter(alive)).toEqual([])
    expect(await exists("plane.json")).toBe(false)
    const { code, stderr } = await runGatehouse(home, ["status", "--state", stateDirectory])
    expect({ code, stderr }).toMatchObject({
      code: expect.not.stringMatching("0"),
      stderr: expect.stringContaining("server.not_running"),
    })
  })

  test("a moved port moves issuers and redirects at the next start, and logins stay", {
    timeout: 60_000,
  }, async () => {
    const before = running
    running = await startPlaneProcess({ stateDirectory })
    expect(running.port).not.toBe(before.port)
    const acme = running.demo.organizations.acme
    expect(acme?.issuer).toBe(`http://localhost:${running.port + 1}/realms/acme`)
    expect(acme?.users).toEqual(before.demo.organizations.acme?.users)
    expect(await acmeAnswers(running)).toBe(200)
    const portal = await login({
      issuer: acme?.issuer ?? "",
      ...(acme?.users.viewer ?? { username: "", password: "" }),
      clientId: "gatehouse-portal",
      redirectUri: `${acme?.url}/callback`,
    })
    expect(portal.expires_in).toBe(300)
  })

  test("after kill -9 the next start recovers, with a database that still runs", {
    timeout: 60_000,
  }, async () => {
    const tree = processTree(running.child.pid as number)
    running.child.kill("SIGKILL")
    await new Promise((resolve) => running.child.once("exit", resolve))
    expect(tree.slice(1).some(alive)).toBe(true)
    expect(await exists("plane.json")).toBe(true)
    running = await startPlaneProcess({ stateDirectory })
    expect(await acmeAnswers(running)).toBe(200)
    await expect.poll(() => tree.filter(alive), { timeout: 30_000 }).toEqual([])
  })

  test("gatehouse stop ends it, and again says that nothing runs", async () => {
    const stopped = await runGatehouse(home, ["stop", "--state", stateDirectory])
    expect(stopped.code).toBe(0)
    const again = await runGatehouse(home, ["stop", "--state", stateDirectory])
    expect(again.code).toBe(1)
    expect(again.stderr).toContain("server.not_running")
  })
})

describe("what keeps it from starting is named in one line with what to do", () => {
  const refused = async (parameters: readonly string[], environment: Record<string, string> = {}) => {
    const { code, stderr } = await runGatehouse(home, ["up", ...parameters], { environment })
    expect(code).toBe(1)
    expect(stderr.trim().split("\n")).toHaveLength(1)
    return stderr
  }

  test("a taken port, and the option that moves it", async () => {
    const server = createServer()
    const port = (await findFreePortSpan()) + 2
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
    try {
      const line = await refused(["--state", stateDirectory, "--port", String(port - 2)])
      expect(line).toContain(String(port))
      expect(line).toContain("--port")
      const doctor = await runGatehouse(home, [
        "doctor",
        "--state",
        stateDirectory,
        "--port",
        String(port - 2),
      ])
      expect(doctor.stdout + doctor.stderr).toContain(String(port))
      expect(doctor.code).toBe(1)
    } finally {
      server.close()
    }
  })

  test("a state directory of a newer version, with both versions", async () => {
    const kept = await readFile(join(stateDirectory, "version.json"), "utf8")
    await writeFile(join(stateDirectory, "version.json"), JSON.stringify({ state: 999 }))
    try {
      const line = await refused(["--state", stateDirectory])
      expect(line).toMatch(/999.*1/)
    } finally {
      await writeFile(join(stateDirectory, "version.json"), kept)
    }
  })

  test("a folder of somebody else's, which neither up nor reset touches", async () => {
    const folder = join(home, "documents")
    await mkdir(folder)
    await writeFile(join(folder, "thesis.txt"), "three years of work")
    expect(await refused(["--state", folder])).toContain("server.state_foreign")
    const reset = await runGatehouse(home, ["reset", "--yes", "--state", folder])
    expect(reset.code).toBe(1)
    expect(await readFile(join(folder, "thesis.txt"), "utf8")).toBe("three years of work")
  })

  test("a state directory that can't be written", async () => {
    const file = join(home, "a-file")
    await writeFile(file, "")
    expect(await refused(["--state", join(file, "state")])).toContain("server.state_not_writable")
    if (process.platform === "linux") {
      expect(await refused(["--state", "/proc/gatehouse"])).toContain("server.state_not_writable")
      const doctor = await runGatehouse(home, ["doctor", "--state", "/proc/gatehouse"])
      expect(doctor.code).toBe(1)
    }
  })

  test("development defaults in production, unless each is allowed by name", {
    timeout: 60_000,
  }, async () => {
    const production = { NODE_ENV: "production" }
    const line = await refused(["--demo", "--state", stateDirectory], production)
    for (const name of ["embedded", "http", "demo", "state-secrets"]) expect(line).toContain(name)
    expect(await refused(["--state", stateDirectory, "--allow", "http,state-secrets"], production)).toContain(
      "embedded",
    )
    running = await startPlaneProcess({
      stateDirectory,
      environment: production,
      arguments: ["--demo", "--allow", "embedded,http,demo,state-secrets"],
    })
    expect(await acmeAnswers(running)).toBe(200)
    await running.stop()
  })

  test("settings that are not valid, all at once and without their values", async () => {
    const line = await refused(["--state", stateDirectory], {
      IDENTITY_URL: "ftp://planted-value",
      DATABASE_URL: "mysql://planted-value",
    })
    expect(line).toContain("IDENTITY_URL")
    expect(line).toContain("DATABASE_URL")
    expect(line).not.toContain("planted-value")
  })
})
