import { execFileSync } from "node:child_process"
import { randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { link, rm, writeFile } from "node:fs/promises"
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
  const holder = await readLock(paths.lock)
  return isRunning(holder) ? holder : undefined
}

/** What a lock says; null where it says nothing that can be read, undefined where there is none. */
async function readLock(path: string): Promise<ProcessIdentity | null | undefined> {
  return await readJson<ProcessIdentity>(path).catch(() => null)
}

function isRunning(holder: ProcessIdentity | null | undefined): holder is ProcessIdentity {
  if (!holder || !Number.isInteger(holder.pid)) return false
  // One that names no beginning is not the process of an id that nobody has.
  const startedAt = processStart(holder.pid)
  return startedAt !== undefined && startedAt === holder.startedAt
}

/**
 * Takes the state directory for this process. Throws `server.already_running` naming the process that has it. The lock is
 * complete before it appears (a hard link), so nobody ever reads half of it.
 */
export async function takeInstanceLock(paths: StatePaths): Promise<{ release(): Promise<void> }> {
  const mine: ProcessIdentity = { pid: process.pid, startedAt: processStart(process.pid) ?? "" }
  const draft = `${paths.lock}.${randomUUID()}`
  await writeFile(draft, JSON.stringify(mine), { mode: 0o600 })
  try {
    await claim(paths.lock, draft, mine)
  } finally {
    await rm(draft, { force: true })
  }
  return { release: () => release(paths.lock, mine) }
}

/**
 * Links the draft to the path, in place of a dead process's lock too. That one is removed by whoever holds the lock on its
 * removal, `PATH.removal`, and only after another look: of two starts that saw the same dead lock, the later one would otherwise
 * remove the earlier one's.
 */
async function claim(path: string, draft: string, mine: ProcessIdentity): Promise<void> {
  while (!(await linkUnlessTaken(draft, path))) {
    await refuseLiving(path)
    const removal = `${path}.removal`
    await claim(removal, draft, mine)
    try {
      if (await refuseLiving(path)) await rm(path)
    } finally {
      await release(removal, mine)
    }
  }
}

async function linkUnlessTaken(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}

/** Whether a dead process's lock is there, which stays until it is removed; false where none is. Throws for a living one's. */
async function refuseLiving(path: string): Promise<boolean> {
  const holder = await readLock(path)
  if (!isRunning(holder)) return holder !== undefined
  throw new GatehouseError("server.already_running", {
    publicMessage: `Gatehouse already runs on this state directory, as process ${holder.pid}.`,
    details: { pid: holder.pid },
  })
}

/** Gives back our own lock and nobody else's. */
async function release(path: string, mine: ProcessIdentity): Promise<void> {
  const held = await readLock(path)
  if (held?.pid === mine.pid && held.startedAt === mine.startedAt) await rm(path, { force: true })
}
