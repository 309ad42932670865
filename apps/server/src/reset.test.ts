import { access, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { reset } from "./reset.ts"
import { status } from "./status.ts"

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-reset-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

test("a reset of what is no folder says so and leaves it, and one of nothing is done", async () => {
  const folder = await temporaryFolder()
  const file = join(folder, "file")
  await writeFile(file, "kept")
  await expect(reset({ stateDirectory: file })).rejects.toMatchObject({ code: "server.state_not_writable" })
  await access(file)
  await expect(reset({ stateDirectory: join(folder, "none") })).resolves.toBeUndefined()
})

test("nothing runs on a path below a file", async () => {
  const file = join(await temporaryFolder(), "file")
  await writeFile(file, "")
  await expect(status({ stateDirectory: join(file, "below") })).rejects.toMatchObject({
    code: "server.not_running",
  })
})
