import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { doctor } from "./doctor.ts"

test.each([
  [
    "of a process that has ended",
    '{"pid":999999999,"startedAt":"1"}',
    "Process 999999999 ended without stopping.",
  ],
  ["of nobody", "null", "names no process"],
  ["that is damaged", '{"pid":', "names no process"],
])("a lock %s is a warning, with what to do", async (_which, content, message) => {
  const stateDirectory = await mkdtemp(join(tmpdir(), "gatehouse-doctor-"))
  onTestFinished(() => rm(stateDirectory, { recursive: true }))
  await writeFile(join(stateDirectory, "version.json"), '{"state":1}')
  await writeFile(join(stateDirectory, "lock"), content)
  const findings = await doctor({ stateDirectory, environment: {} })
  expect(findings.find(({ name }) => name === "instance")).toEqual({
    name: "instance",
    status: "warning",
    message: expect.stringContaining(message),
    action: "Run gatehouse up: it recovers by itself.",
  })
})
