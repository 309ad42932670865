import { randomUUID } from "node:crypto"
import { open, readFile, rm, stat } from "node:fs/promises"
import { dirname } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { GatehouseError } from "@gatehouse/sdk/client"
import { makeFolder } from "./make-folder.ts"

/** Longer than a refresh may take; a lock that is older was left behind. */
const staleMilliseconds = 30_000
const patienceMilliseconds = 20_000
const pollMilliseconds = 25

/**
 * Runs the work while no other process holds the lock. A lock whose process has ended, or that is older than 30 s, is taken
 * over. Throws `cli.logins_busy` after 20 s of waiting, and `cli.logins_unwritable` where its folder can't be made.
 */
export async function withFileLock<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
  await makeFolder(dirname(path)).catch((error: unknown) => {
    throw new GatehouseError("cli.logins_unwritable", { cause: error })
  })
  const mine = `${process.pid} ${randomUUID()}`
  const deadline = performance.now() + patienceMilliseconds
  while (!(await tryLock(path, mine))) {
    if (performance.now() > deadline) throw new GatehouseError("cli.logins_busy")
    if (!(await removeLeftBehind(path, mine))) await sleep(pollMilliseconds)
  }
  try {
    return await work()
  } finally {
    await release(path, mine)
  }
}

async function tryLock(path: string, mine: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600)
    await file.writeFile(mine)
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}

/**
 * Removes a lock that was left behind, under a lock on its removal and after another look: of two processes that saw the same
 * one, the later would otherwise remove the lock that the earlier has taken since. False where there is reason to wait.
 */
async function removeLeftBehind(path: string, mine: string): Promise<boolean> {
  if (!(await isLeftBehind(path))) return false
  const removal = `${path}.removal`
  if (!(await tryLock(removal, mine))) return removeLeftBehind(removal, mine)
  try {
    if (await isLeftBehind(path)) await rm(path, { force: true })
    return true
  } finally {
    await release(removal, mine)
  }
}

/** Gives back our own lock: one that took too long may have been taken over. */
async function release(path: string, mine: string): Promise<void> {
  if ((await readFile(path, "utf8").catch(() => "")) === mine) await rm(path, { force: true })
}

async function isLeftBehind(path: string): Promise<boolean> {
  const [text, facts] = await Promise.all([
    readFile(path, "utf8").catch(() => ""),
    stat(path).catch(() => undefined),
  ])
  if (facts === undefined) return false
  if (Date.now() - facts.mtimeMs > staleMilliseconds) return true
  const pid = Number(text.split(" ")[0])
  // Empty: its process is between making and writing it.
  if (!Number.isInteger(pid) || pid <= 0) return false
  return !isAlive(pid)
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"
  }
}
