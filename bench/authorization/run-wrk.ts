import { spawn, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"

/** What wrk saw in one run. Latencies are in microseconds. */
export interface WrkResult {
  readonly requests: number
  readonly microseconds: number
  readonly p50: number
  readonly p99: number
  /** Answers with a status above 399. */
  readonly refused: number
  /** Connections that failed, and answers that did not come. */
  readonly broken: number
}

/** One load: a Lua script beside this file with its arguments, over some connections, for some time. */
export interface WrkLoad {
  readonly script: "send-bodies.lua" | "write-tuples.lua"
  readonly args: readonly string[]
  readonly connections: number
  readonly seconds: number
}

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** Throws, with what to do, where wrk is not installed. */
export function assertWrk(): void {
  if (spawnSync("wrk", ["--version"], { stdio: "ignore" }).error === undefined) return
  throw new Error(
    "This bench needs wrk, which is not installed: apt-get install wrk (Debian, Ubuntu). It reads /proc, so Linux alone will do.",
  )
}

/** Runs wrk with one thread against a server. Throws where any request was refused or lost: a figure with errors in it is none. */
export async function runWrk(url: string, load: WrkLoad): Promise<WrkResult> {
  const { script, args, connections, seconds } = load
  const child = spawn(
    "wrk",
    ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "-s", here(script), url, "--", ...args],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, BENCH_PRINT_RESULT: here("print-result.lua") },
    },
  )
  let output = ""
  child.stdout.on("data", (chunk) => {
    output += chunk
  })
  await new Promise((resolve) => child.once("close", resolve))
  const line = /^RESULT (.*)$/m.exec(output)?.[1]
  if (line === undefined) throw new Error(`wrk gave no result:\n${output}`)
  const result: WrkResult = JSON.parse(line)
  if (result.refused + result.broken > 0 || result.requests === 0)
    throw new Error(
      `${url}: of ${result.requests} requests ${result.refused} were refused and ${result.broken} lost`,
    )
  return result
}
