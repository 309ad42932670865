import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { once } from "node:events"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import type { Server } from "./server.ts"

/** The embedded engine in a process of its own. */
export interface EngineProcess {
  readonly server: Server
  stop(): Promise<void>
}

/** Starts the engine on a database. Resolves when it listens; its stores may still be loading. */
export async function startEngine(databaseUrl: string): Promise<EngineProcess> {
  const credential = randomBytes(24).toString("base64url")
  const program = fileURLToPath(new URL("engine-process.ts", import.meta.url))
  const child = spawn(process.execPath, [program], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, BENCH_DATABASE_URL: databaseUrl, BENCH_CREDENTIAL: credential },
  })
  const exited = once(child, "exit")
  const [line] = await Promise.race([
    once(createInterface(child.stdout), "line"),
    exited.then(() => {
      throw new Error("the embedded engine ended before it was ready")
    }),
  ])
  return {
    server: { name: "gatehouse", url: JSON.parse(line).url, credential, pid: child.pid ?? 0 },
    stop: async () => {
      child.kill("SIGTERM")
      await exited
    },
  }
}
