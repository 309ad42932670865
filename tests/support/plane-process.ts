import { type ChildProcess, spawn } from "node:child_process"
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { removeEmbeddedCluster } from "@gatehouse/postgres"
import type { DemoFile, PlaneFile } from "@gatehouse/server"
import { findFreePortSpan } from "./free-port-span.ts"

/** The command line as a user runs it. */
export const gatehouseCommand: string = fileURLToPath(
  new URL("../../apps/cli/bin/gatehouse.mjs", import.meta.url),
)

/** A plane in a process of its own, started by the real command. */
export interface PlaneProcess extends AsyncDisposable {
  readonly stateDirectory: string
  readonly port: number
  readonly child: ChildProcess
  readonly plane: PlaneFile
  readonly demo: DemoFile
  /** Ends with SIGTERM as a supervisor would; resolves with exit code and how long it took. */
  stop(): Promise<{ readonly code: number | null; readonly milliseconds: number }>
}

export interface PlaneProcessOptions {
  /** Default: a new folder, removed on disposal. */
  readonly stateDirectory?: string
  readonly port?: number
  readonly arguments?: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
}

/** The slowest first start on a busy machine; a start is measured by the bench, not here. */
const readyMilliseconds = 60_000

/** Starts `gatehouse up --demo --json` and resolves when it says that it is ready. */
export async function startPlaneProcess(options: PlaneProcessOptions = {}): Promise<PlaneProcess> {
  const stateDirectory = options.stateDirectory ?? (await newStateDirectory())
  const port = options.port ?? (await findFreePortSpan())
  const given = options.arguments ?? ["--demo"]
  const child = spawn(
    process.execPath,
    [gatehouseCommand, "up", ...given, "--json", "--state", stateDirectory, "--port", String(port)],
    { stdio: ["ignore", "pipe", "pipe"], env: { ...cleanEnvironment(), ...options.environment } },
  )
  await ready(child)
  const read = async (name: string) => JSON.parse(await readFile(join(stateDirectory, name), "utf8"))
  const stop = () => stopProcess(child)
  return {
    stateDirectory,
    port,
    child,
    plane: await read("plane.json"),
    demo: given.includes("--demo") ? await read("demo.json") : { organizations: {}, platform: undefined },
    stop,
    [Symbol.asyncDispose]: async () => {
      await stop()
      if (options.stateDirectory === undefined) await removeStateDirectory(stateDirectory)
    },
  }
}

/** A new folder that the database's own user may pass through, as `gatehouse up` makes it. */
export async function newStateDirectory(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gatehouse-plane-"))
  await chmod(folder, 0o711)
  return folder
}

/** Removes a stopped plane's state, its database included, wherever that had to live. */
export async function removeStateDirectory(stateDirectory: string): Promise<void> {
  await removeEmbeddedCluster(stateDirectory)
  await rm(stateDirectory, { recursive: true, force: true })
}

/** Tests start some hundred processes with empty homes: without it each of them would compile all its sources anew. */
const compiledCode = fileURLToPath(new URL("../../node_modules/.cache/gatehouse-tests", import.meta.url))

/** The environment without what would point the plane or its command line elsewhere. */
export function cleanEnvironment(): Record<string, string> {
  const kept = ["PATH", "HOME", "TMPDIR", "LANG", "USER"]
  const entries = kept.flatMap((name) =>
    process.env[name] === undefined ? [] : [[name, process.env[name] as string]],
  )
  return { ...Object.fromEntries(entries), NODE_COMPILE_CACHE: compiledCode }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = ""
    let errors = ""
    const timer = setTimeout(() => {
      child.kill("SIGKILL")
      reject(new Error(`gatehouse up was not ready in time:\n${output}${errors}`))
    }, readyMilliseconds)
    child.stderr?.on("data", (chunk) => {
      errors += chunk
    })
    child.stdout?.on("data", (chunk) => {
      output += chunk
      if (!/"step":"ready"/.test(output)) return
      clearTimeout(timer)
      resolve()
    })
    child.once("exit", (code) => {
      clearTimeout(timer)
      reject(new Error(`gatehouse up ended with ${code}:\n${output}${errors}`))
    })
  })
}

async function stopProcess(child: ChildProcess): Promise<{ code: number | null; milliseconds: number }> {
  const began = performance.now()
  if (child.exitCode !== null || child.signalCode !== null) return { code: child.exitCode, milliseconds: 0 }
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve))
  child.kill("SIGTERM")
  return { code: await exited, milliseconds: performance.now() - began }
}
