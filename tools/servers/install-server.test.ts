import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync } from "node:fs"
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { installServer } from "./install-server.ts"
import { InstallProblem } from "./run-command.ts"
import { serverBinary, serverFolder } from "./server-binary.ts"

let root: string
let told: string[]
let made: number
const before = process.env.GATEHOUSE_SERVERS

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "gatehouse-servers-"))
  process.env.GATEHOUSE_SERVERS = join(root, "cache")
  told = []
  made = 0
})
afterEach(async () => {
  if (before === undefined) delete process.env.GATEHOUSE_SERVERS
  else process.env.GATEHOUSE_SERVERS = before
  await rm(root, { recursive: true, force: true })
})

const install = () =>
  installServer(
    "fga",
    (line) => void told.push(line),
    async (folder) => {
      made += 1
      await writeFile(join(folder, "fga"), "a program")
    },
  )

test("a program is made once, and is there the second time", async () => {
  expect(await install()).toBe(serverBinary("fga"))
  expect(await install()).toBe(serverBinary("fga"))
  expect([made, told]).toEqual([1, ["Installing fga 0.8.2"]])
  expect(await readFile(serverBinary("fga"), "utf8")).toBe("a program")
})

test("a program that is no longer what was verified is made anew", async () => {
  await install()
  await writeFile(serverBinary("fga"), "another program")
  await install()
  expect(made).toBe(2)
  expect(await readFile(serverBinary("fga"), "utf8")).toBe("a program")
})

test("an installation that fails leaves nothing behind, and the next one works", async () => {
  const broken = installServer(
    "fga",
    () => {},
    async (folder) => {
      await writeFile(join(folder, "fga"), "half of a pro")
      throw new InstallProblem("the line is cut")
    },
  )
  await expect(broken).rejects.toThrow("the line is cut")
  expect(existsSync(serverFolder("fga"))).toBe(false)
  expect(await readdir(join(root, "cache"))).toEqual([])
  expect(await install()).toBe(serverBinary("fga"))
})

test("an installation that is interrupted leaves nothing behind, and ends its command", async () => {
  const here = (name: string) => JSON.stringify(new URL(name, import.meta.url))
  const program = `
    import { installServer } from ${here("install-server.ts")}
    import { Interruption, runCommand } from ${here("run-command.ts")}
    try {
      const wait = (folder) => runCommand("sh", ["-c", 'echo $$ >"$0/pid"; exec sleep 600', folder])
      await installServer("fga", () => {}, wait)
    } catch (error) {
      process.exit(error instanceof Interruption ? error.exitCode : 1)
    }`
  const parameters = ["--input-type=module-typescript", "--eval", program]
  const child = spawn(process.execPath, parameters, { stdio: "ignore" })
  try {
    const cache = join(root, "cache")
    const command = await vi.waitFor(async () => {
      const [folder = ""] = await readdir(cache)
      const pid = Number(await readFile(join(cache, folder, "pid"), "utf8"))
      expect(pid).toBeGreaterThan(0)
      return pid
    }, 30_000)
    child.kill("SIGTERM")
    expect(await once(child, "exit")).toEqual([130, null])
    expect(await readdir(cache)).toEqual([])
    expect(() => process.kill(command, 0)).toThrow("ESRCH")
  } finally {
    child.kill("SIGKILL")
  }
})

test("installations at the same time leave one whole program", async () => {
  await Promise.all([install(), install(), install()])
  expect(await readFile(serverBinary("fga"), "utf8")).toBe("a program")
  expect(await readdir(join(root, "cache"))).toEqual(["fga-0.8.2"])
})

test("a place where nothing can be put is said in one line", async () => {
  await writeFile(join(root, "cache"), "a file")
  await expect(install()).rejects.toThrow(
    /^Nothing can be put into .*GATEHOUSE_SERVERS may name another folder\.$/,
  )
})
