import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { GatehouseError } from "@gatehouse/kernel"
import type { Logger } from "@gatehouse/telemetry"
import type { Binaries } from "./binaries.ts"
import { parentSetting, readPostmasterFile } from "./leftover.ts"
import type { ClusterPlace } from "./place.ts"
import { programEnvironment, spawnFailure, startingAs } from "./run-program.ts"
import { toParameters } from "./server-settings.ts"

/** Crash recovery reads at most `max_wal_size`; two minutes are far above what that takes on a slow disk. */
const startPatienceMilliseconds = 120_000
/** A fast shutdown writes a checkpoint. When it takes longer, an immediate one loses nothing: the log is on the disk. */
const fastShutdownMilliseconds = 2_000
const immediateShutdownMilliseconds = 1_000

/** The running server's first process. */
export interface Postmaster {
  readonly processId: number
  /** True from the moment it has ended, however it did. */
  hasEnded(): boolean
  stop(): Promise<void>
}

/**
 * Starts the server and waits until it takes connections. It gets a session of its own, so that Ctrl-C in a terminal
 * reaches it only through `stop`, after those that still use it. Throws `server.port_taken`, `postgres.cluster_failed`
 * (`details.retry` where a predecessor's processes were still ending) and `postgres.cannot_change_user`.
 */
export async function startPostmaster(
  place: ClusterPlace,
  binaries: Binaries,
  settings: Readonly<Record<string, string>>,
  logger: Logger,
): Promise<Postmaster> {
  const named = { ...settings, [parentSetting]: String(process.pid) }
  const child = startingAs(place.user, () =>
    spawn(binaries.postgres, ["-D", place.data, ...toParameters(named)], {
      cwd: place.root,
      env: programEnvironment,
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
      ...place.user,
    }),
  )
  await Promise.race([
    once(child, "spawn"),
    once(child, "error").then(([error]) => Promise.reject(spawnFailure(error, place.user))),
  ])
  const lastLines = forwardLog(child, logger)
  const server = superviseProcess(child)
  const deadline = performance.now() + startPatienceMilliseconds
  while (!(await isReady(place.data, server.processId))) {
    if (server.hasEnded()) throw startFailure(lastLines(), settings)
    if (performance.now() > deadline) {
      await server.stop()
      throw startFailure(lastLines(), settings)
    }
    await sleep(5)
  }
  return server
}

function superviseProcess(child: ChildProcess): Postmaster {
  const processId = child.pid as number
  let ended = false
  const end = new Promise<void>((resolve) => {
    child.once("exit", () => {
      ended = true
      process.off("exit", interrupt)
      resolve()
    })
  })
  // A process that ends without stopping us: the signal is sent, though nobody waits for the outcome.
  const interrupt = () => {
    child.kill("SIGINT")
  }
  process.on("exit", interrupt)
  return {
    processId,
    hasEnded: () => ended,
    stop: async () => {
      for (const [signal, patience] of stopSteps) {
        if (ended) return
        child.kill(signal)
        await Promise.race([end, sleep(patience, undefined, { ref: false })])
      }
      await end
    },
  }
}

const stopSteps = [
  ["SIGINT", fastShutdownMilliseconds],
  ["SIGQUIT", immediateShutdownMilliseconds],
  ["SIGKILL", immediateShutdownMilliseconds],
] as const

async function isReady(data: string, processId: number): Promise<boolean> {
  const file = await readPostmasterFile(data)
  return file !== undefined && file.processId === processId && file.ready
}

/** Passes the server's lines on and keeps the last ones, for the error of a start that fails. */
function forwardLog(child: ChildProcess, logger: Logger): () => string[] {
  const last: string[] = []
  if (child.stderr === null) return () => last
  createInterface({ input: child.stderr }).on("line", (line) => {
    last.push(line)
    if (last.length > 20) last.shift()
    const [, level = "", text = line] = /^([A-Z]+): {2}(.*)$/.exec(line) ?? []
    if (level === "PANIC") logger.error({ part: "postgres" }, text)
    else if (level === "FATAL") logger.warn({ part: "postgres" }, text)
    else logger.debug({ part: "postgres" }, text)
  })
  return () => [...last]
}

function startFailure(lines: string[], settings: Readonly<Record<string, string>>): GatehouseError {
  const output = lines.join("\n")
  if (/could not (bind|create any TCP)/.test(output) && output.includes("in use")) {
    return new GatehouseError("server.port_taken", { details: { port: Number(settings.port) } })
  }
  const retry = output.includes("pre-existing shared memory block")
  return new GatehouseError("postgres.cluster_failed", { details: { output, retry } })
}
