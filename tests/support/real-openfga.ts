import { type ChildProcess, spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { findFreePort } from "@gatehouse/postgres/testing"
import { serverBinary } from "../../tools/servers/server-binary.ts"
import { cleanEnvironment } from "./plane-process.ts"

export interface RealOpenfgaOptions {
  readonly datastore: "memory" | "postgres"
  /** An empty database, or one that an earlier server of this version prepared. Demanded for `postgres`. */
  readonly databaseUrl?: string | undefined
  /** Further flags of `openfga run`, such as `--experimentals`. */
  readonly arguments?: readonly string[] | undefined
}

/** A real OpenFGA in a process of its own, on free loopback ports. */
export interface RealOpenfga extends AsyncDisposable {
  /** Where its HTTP API begins; the same after a restart. */
  readonly url: string
  /** The preshared key that it demands. */
  readonly credential: string
  /** The running process; another one after a restart. */
  readonly pid: number
  /** Ends it as a crash would. Resolves when it is gone. */
  kill(): Promise<void>
  /** Stops it if it runs, and starts it on the same ports and the same database. Resolves when it serves. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** The slowest start on a busy machine. */
const readyMilliseconds = 60_000
/** Its own graceful shutdown takes up to 10 s when connections are kept open. */
const stopMilliseconds = 15_000

/** Starts a real OpenFGA from the cache of `npm run servers:install openfga`, on an empty memory or on PostgreSQL. */
export async function startRealOpenfga(options: RealOpenfgaOptions): Promise<RealOpenfga> {
  const program = serverBinary("openfga")
  if (!existsSync(program)) throw new Error("OpenFGA is not installed: npm run servers:install openfga")
  const [httpPort, grpcPort] = [await findFreePort(), await findFreePort()]
  const credential = randomBytes(24).toString("base64url")
  const environment = environmentOf(options, credential)
  if (options.datastore === "postgres") await migrate(program, environment)
  const url = `http://127.0.0.1:${httpPort}`
  const start = async () => {
    const flags = [
      ...["--http-addr", `127.0.0.1:${httpPort}`, "--grpc-addr", `127.0.0.1:${grpcPort}`],
      ...["--playground-enabled=false", "--metrics-enabled=false", "--log-level", "error"],
    ]
    const child = spawn(program, ["run", ...flags, ...(options.arguments ?? [])], {
      env: environment,
      stdio: ["ignore", "ignore", "pipe"],
    })
    await serving(child, url)
    return child
  }
  let child = await start()
  const close = () => end(child, "SIGTERM")
  return {
    url,
    credential,
    get pid() {
      return child.pid ?? 0
    },
    kill: () => end(child, "SIGKILL"),
    restart: async () => {
      await end(child, "SIGTERM")
      child = await start()
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** Settings that are secrets go by the environment: a process's arguments are everybody's to read. */
function environmentOf(options: RealOpenfgaOptions, credential: string): Record<string, string> {
  const { datastore, databaseUrl } = options
  const common = {
    ...cleanEnvironment(),
    OPENFGA_AUTHN_METHOD: "preshared",
    OPENFGA_AUTHN_PRESHARED_KEYS: credential,
    OPENFGA_DATASTORE_ENGINE: datastore,
  }
  if (datastore === "memory") return common
  if (databaseUrl === undefined) throw new Error("OpenFGA on PostgreSQL needs a database")
  const uri = new URL(databaseUrl)
  uri.searchParams.set("sslmode", "disable")
  return { ...common, OPENFGA_DATASTORE_URI: uri.href }
}

async function migrate(program: string, environment: Record<string, string>): Promise<void> {
  const child = spawn(program, ["migrate"], { env: environment, stdio: ["ignore", "ignore", "pipe"] })
  const errors = collect(child)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject)
    child.once("close", resolve)
  })
  if (code !== 0) throw new Error(`openfga migrate ended with ${code}:\n${errors()}`)
}

async function serving(child: ChildProcess, url: string): Promise<void> {
  const errors = collect(child)
  let failure: Error | undefined
  child.once("error", (error) => {
    failure = error
  })
  for (const deadline = Date.now() + readyMilliseconds; Date.now() < deadline; await sleep(50)) {
    if (failure !== undefined) throw failure
    if (hasEnded(child)) throw new Error(`openfga run ended with ${child.exitCode}:\n${errors()}`)
    const answer = await fetch(`${url}/healthz`, { signal: AbortSignal.timeout(1_000) }).catch(() => {})
    if (answer?.ok && ((await answer.json()) as { status?: string }).status === "SERVING") return
  }
  await end(child, "SIGKILL")
  throw new Error(`openfga run was not ready in time:\n${errors()}`)
}

/** What the process says on its error stream, which must be read so that the process does not wait. */
function collect(child: ChildProcess): () => string {
  let text = ""
  child.stderr?.on("data", (chunk) => {
    text = `${text}${chunk}`.slice(-4_000)
  })
  return () => text
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(child)) return
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  child.kill(signal)
  const timer = setTimeout(() => child.kill("SIGKILL"), stopMilliseconds)
  await exited
  clearTimeout(timer)
}
