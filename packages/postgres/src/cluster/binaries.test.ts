import { chmod, cp, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { locateBinaries, prepareBinaries } from "./binaries.ts"
import { clusterAccount } from "./os-user.ts"
import { runProgram } from "./run-program.ts"

const isRoot = process.getuid?.() === 0
let folder = ""
let native = ""

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "gatehouse-binaries-"))
  await chmod(folder, 0o755)
  native = join(folder, "checkout", "native")
  await cp((await locateBinaries()).native, native, {
    recursive: true,
    filter: (path) =>
      !/\.a$|\.so(\.\d+)?$/.test(path) || /lib(crypto|ssl|z|lzma|xml2|xslt|ossp-uuid)\.so/.test(path),
  })
})
afterAll(() => rm(folder, { recursive: true, force: true }))

test("links that no install script made are made, once, also by two processes at a time", async () => {
  const located = { native, version: "18.4.0" }
  const both = await Promise.all([
    prepareBinaries(folder, undefined, located),
    prepareBinaries(folder, undefined, located),
  ])
  for (const { postgres } of both) {
    expect(postgres).toBe(join(native, "bin", "postgres"))
    const { exitCode, output } = await runProgram(postgres, ["--version"], { folder, user: undefined })
    expect({ exitCode, output }).toMatchObject({ exitCode: 0, output: expect.stringContaining("PostgreSQL") })
  }
})

test.runIf(isRoot)(
  "binaries of a checkout below a folder with mode 0700 are copied to where their user can run them",
  async () => {
    const user = clusterAccount()?.user
    await chmod(join(folder, "checkout"), 0o700)
    const { postgres, majorVersion } = await prepareBinaries(folder, user, { native, version: "18.4.0" })
    expect(postgres).toBe(join(folder, "binaries-18.4.0", "bin", "postgres"))
    expect(majorVersion).toBe("18")
    expect((await runProgram(postgres, ["--version"], { folder, user })).exitCode).toBe(0)
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([])
  },
)
