import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { link, rename, rm, writeFile } from "node:fs/promises"
import { GatehouseError } from "@gatehouse/kernel"
import { readJson, type StatePaths } from "./state-directory.ts"

/** A process, told apart from a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number
  /** When the process began, in the system's own terms; compared, never shown. */
  readonly startedAt: string
}

/** When a process began, or undefined where there is none with that id. */
export function processStart(pid: number): string | undefined {
  try {
    if (process.platform === "linux") {
      // proc(5): field 22, after the command in parentheses, which may itself hold spaces and parentheses.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return fields[0] === "Z" ? undefined : fields[19]
    }
    return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], { encoding: "utf8" }).trim() || undefined
  } catch {
    return undefined
  }
}

/** The process that holds the lock, or undefined where nobody does: a lock of a process that has ended counts for nothing. */
export async function findRunningInstance(paths: StatePaths): Promise<ProcessIdentity | undefined> {
  const holder = await readJson<ProcessIdentity>(paths.lock).catch(() => undefined)
  if (holder === undefined || !Number.isInteger(holder.pid)) return undefined
  return processStart(holder.pid) === holder.startedAt ? holder : undefined
}

/**
 * Takes the state directory for this process. Throws `server.already_running` naming the process that has it. The lock is
 * complete before it appears (a hard link), so nobody ever reads half of it.
 */
export async function takeInstanceLock(paths: StatePaths): Promise<{ release(): Promise<void> }> {
  const mine: ProcessIdentity = { pid: process.pid, startedAt: processStart(process.pid) ?? "" }
  const draft = `${paths.lock}.${process.pid}`
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    for (let attempt = 0; ; attempt += 1) {
      try {
        await link(draft, paths.lock)
        return { release: () => releaseLock(paths, mine) }
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error
      }
      const holder = await findRunningInstance(paths)
      if (holder !== undefined || attempt > 3) {
        throw new GatehouseError("server.already_running", {
          publicMessage: `Gatehouse already runs on this state directory, as process ${holder?.pid ?? "unknown"}.`,
          details: { pid: holder?.pid },
        })
      }
      await setDeadLockAside(paths)
    }
  } finally {
    await rm(draft, { force: true })
  }
}

/**
 * Takes a dead process's lock away without ever taking a living one's: it is moved first and looked at then, since between the
 * look and the move another start may have taken its place.
 */
async function setDeadLockAside(paths: StatePaths): Promise<void> {
  const aside = `${paths.lock}.${process.pid}.dead`
  try {
    await rename(paths.lock, aside)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return
    throw error
  }
  const moved = await readJson<ProcessIdentity>(aside).catch(() => undefined)
  const lives = moved !== undefined && processStart(moved.pid) === moved.startedAt
  if (lives) await link(aside, paths.lock).catch(() => undefined)
  await rm(aside, { force: true })
}

/** Gives back our own lock and nobody else's. */
async function releaseLock(paths: StatePaths, mine: ProcessIdentity): Promise<void> {
  const held = await readJson<ProcessIdentity>(paths.lock).catch(() => undefined)
  if (held?.pid === mine.pid && held.startedAt === mine.startedAt) await rm(paths.lock, { force: true })
}
