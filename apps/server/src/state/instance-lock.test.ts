import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { afterEach, beforeEach, expect, test } from "vitest"
import { findRunningInstance, processStart, takeInstanceLock } from "./instance-lock.ts"
import { type StatePaths, statePaths } from "./state-directory.ts"

let paths: StatePaths

beforeEach(async () => {
  paths = statePaths(await mkdtemp(join(tmpdir(), "gatehouse-lock-")))
})

afterEach(async () => {
  await rm(paths.directory, { recursive: true, force: true })
})

const held = async () => JSON.parse(await readFile(paths.lock, "utf8"))

test("a state directory is one process's until that gives it back", async () => {
  const lock = await takeInstanceLock(paths)
  await expect(takeInstanceLock(paths)).rejects.toMatchObject({
    code: "server.already_running",
    details: { pid: process.pid },
  })
  await lock.release()
  await (await takeInstanceLock(paths)).release()
})

test("the lock of a process that has ended, or whose id is another's now, counts for nothing", async () => {
  await writeFile(paths.lock, JSON.stringify({ pid: process.pid, startedAt: "1" }))
  expect(await findRunningInstance(paths)).toBeUndefined()
  const lock = await takeInstanceLock(paths)
  expect(await held()).toEqual({ pid: process.pid, startedAt: processStart(process.pid) })
  await lock.release()
})

test.each(["", "null", "{", '{"pid":999999999}', '{"pid":"1","startedAt":"1"}'])(
  "a lock that reads %j, after a power failure say, names nobody and keeps nobody out",
  async (text) => {
    await writeFile(paths.lock, text)
    await writeFile(`${paths.lock}.removal`, text)
    expect(await findRunningInstance(paths)).toBeUndefined()
    await (await takeInstanceLock(paths)).release()
    expect(await readdir(paths.directory)).toEqual([])
  },
)

test("of many starts that find the same dead lock, one gets the state directory", async () => {
  const dead = JSON.stringify({ pid: process.pid, startedAt: "1" })
  for (let round = 0; round < 100; round += 1) {
    await writeFile(paths.lock, dead)
    // One that died while it removed a dead lock stands in nobody's way either.
    if (round % 2 === 1) await writeFile(`${paths.lock}.removal`, dead)
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => takeInstanceLock(paths)))
    const taken = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []))
    const refused = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason] : []))
    expect(taken).toHaveLength(1)
    expect(refused.map(({ code }) => code)).toEqual(Array(7).fill("server.already_running"))
    await taken[0]?.release()
    expect(await readdir(paths.directory)).toEqual([])
  }
})

test("a start that was long about reading a dead lock does not remove the one that was taken meanwhile", async () => {
  const dead = JSON.stringify({ pid: process.pid, startedAt: "1" }).padEnd(4_000_000)
  for (let round = 0; round < 20; round += 1) {
    await writeFile(paths.lock, dead)
    const starts = Array.from({ length: 4 }, async (_, index) => {
      await wait(index * (1 + (round % 5)))
      return takeInstanceLock(paths)
    })
    const outcomes = await Promise.allSettled(starts)
    const taken = outcomes.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []))
    expect(taken).toHaveLength(1)
    await taken[0]?.release()
  }
})

test("nobody gives back a lock that is another process's by now", async () => {
  const lock = await takeInstanceLock(paths)
  await writeFile(paths.lock, JSON.stringify({ pid: 1, startedAt: "2" }))
  await lock.release()
  expect(await held()).toEqual({ pid: 1, startedAt: "2" })
})
