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
  const deadline = performance.now() + patienceMilliseconds
  while (!(await tryLock(path))) {
    if (performance.now() > deadline) throw new GatehouseError("cli.logins_busy")
    if (await isLeftBehind(path)) await rm(path, { force: true })
    else await sleep(pollMilliseconds)
  }
  try {
    return await work()
  } finally {
    await rm(path, { force: true })
  }
}

async function tryLock(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600)
    await file.writeFile(String(process.pid))
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}

async function isLeftBehind(path: string): Promise<boolean> {
  const [text, facts] = await Promise.all([
    readFile(path, "utf8").catch(() => ""),
    stat(path).catch(() => undefined),
  ])
  if (facts === undefined) return false
  if (Date.now() - facts.mtimeMs > staleMilliseconds) return true
  const pid = Number(text)
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
