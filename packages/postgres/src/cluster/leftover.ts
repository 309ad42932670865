import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { GatehouseError } from "@gatehouse/kernel"
import { type ProcessFacts, processOf } from "./process-of.ts"

/** The setting, without a meaning for PostgreSQL, by which a postmaster names the process that started it. */
export const parentSetting = "gatehouse.parent_process"

/** How long a leftover server may take to end by itself, and then by the harder signal. */
const patienceMilliseconds = { SIGINT: 10_000, SIGQUIT: 3_000, SIGKILL: 2_000 } as const

/** What postmaster.pid says: its lines are process id, data directory, start time, port, … */
export async function readPostmasterFile(
  data: string,
): Promise<{ processId: number; data: string; port: number; ready: boolean } | undefined> {
  const text = await readFile(join(data, "postmaster.pid"), "utf8").catch(() => undefined)
  if (text === undefined) return undefined
  const lines = text.split("\n")
  return {
    processId: Math.abs(Number(lines[0])),
    data: lines[1] ?? "",
    port: Number(lines[3]),
    ready: lines[7]?.trim() === "ready",
  }
}

/** A database server that outlived the process that started it. */
export interface LeftoverServer {
  readonly processId: number
  readonly port: number
}

/** The server that a killed process left behind on this data directory; undefined where there is none, or it is no leftover. */
export async function findLeftover(data: string): Promise<LeftoverServer | undefined> {
  const file = await readPostmasterFile(data)
  if (file === undefined) return undefined
  const found = await processOf(file.processId)
  if (found === undefined || !isPostmasterOf(data, found) || found.parent === parentNamedBy(found))
    return undefined
  return { processId: file.processId, port: file.port }
}

/**
 * Stops a server that a killed process left behind on this data directory, and removes a lock file that nobody holds.
 * Returns whether a server had to be stopped. Throws `postgres.cluster_in_use` where the process that started the server
 * still runs: then it is no leftover.
 */
export async function stopLeftover(data: string): Promise<boolean> {
  const file = await readPostmasterFile(data)
  if (file === undefined) return false
  const found = await processOf(file.processId)
  if (found === undefined || !isPostmasterOf(data, found)) {
    await rm(join(data, "postmaster.pid"), { force: true })
    return false
  }
  if (found.parent === parentNamedBy(found)) {
    throw new GatehouseError("postgres.cluster_in_use", {
      publicMessage: `Another running Gatehouse (process ${found.parent}) uses the embedded database of this state directory.`,
      details: { processId: found.parent },
    })
  }
  await stopProcess(file.processId, (facts) => isPostmasterOf(data, facts))
  await rm(join(data, "postmaster.pid"), { force: true })
  return true
}

function isPostmasterOf(data: string, { command }: ProcessFacts): boolean {
  const [program] = command.split(" -D ")
  return program?.endsWith("/postgres") === true && `${command} `.includes(` -D ${data} `)
}

function parentNamedBy({ command }: ProcessFacts): number | undefined {
  const [, id] = new RegExp(`${parentSetting}=(\\d+)`).exec(command) ?? []
  return id === undefined ? undefined : Number(id)
}

async function stopProcess(id: number, isStill: (facts: ProcessFacts) => boolean): Promise<void> {
  for (const signal of ["SIGINT", "SIGQUIT", "SIGKILL"] as const) {
    const facts = await processOf(id)
    if (facts === undefined || !isStill(facts)) return
    try {
      process.kill(id, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ESRCH") return
      throw new GatehouseError("postgres.cluster_in_use", { details: { processId: id }, cause: error })
    }
    const deadline = performance.now() + patienceMilliseconds[signal]
    while (performance.now() < deadline) {
      if ((await processOf(id)) === undefined) return
      await sleep(10)
    }
  }
  throw new GatehouseError("postgres.cluster_in_use", { details: { processId: id } })
}
