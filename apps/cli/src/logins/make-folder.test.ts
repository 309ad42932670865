import { mkdtemp, rm, stat } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { makeFolder } from "./make-folder.ts"

test("a folder is made with those above it, for its owner alone, and made again without harm", async () => {
  const base = await mkdtemp(join(tmpdir(), "gatehouse-folder-"))
  onTestFinished(() => rm(base, { recursive: true, force: true }))
  await Promise.all([makeFolder(join(base, "a/b")), makeFolder(join(base, "a/b"))])
  await makeFolder(join(base, "a/b"))
  expect((await stat(join(base, "a"))).mode & 0o777).toBe(0o700)
  expect((await stat(join(base, "a/b"))).mode & 0o777).toBe(0o700)
})

test.runIf(process.platform === "linux")("where no folder can be made, the attempt ends", async () => {
  await expect(makeFolder("/proc/nope/below")).rejects.toMatchObject({ code: "ENOENT" })
  await expect(makeFolder("/dev/null/below")).rejects.toMatchObject({ code: "ENOTDIR" })
})
