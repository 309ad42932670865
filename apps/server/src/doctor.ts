import { access, constants, statfs } from "node:fs/promises"
import { createConnection } from "node:net"
import { userInfo } from "node:os"
import { dirname } from "node:path"
import { isGatehouseError } from "@gatehouse/kernel"
import { canRunAs, clusterAccount, findLeftoverServer, type LeftoverServer } from "@gatehouse/postgres"
import { portsOf } from "./compose/ports.ts"
import { readServerConfig } from "./config.ts"
import type { Finding, UpOptions } from "./options.ts"
import { findRunningInstance } from "./state/instance-lock.ts"
import { openStateDirectory, readJson, statePaths, stateVersion } from "./state/state-directory.ts"

/** A cluster, its log and two organizations take 120 MB; this leaves room to work. */
const wantedBytes = 500_000_000

type DoctorOptions = Pick<UpOptions, "stateDirectory" | "environment" | "port">

/** Looks at everything that keeps a plane from starting and says what to do. Changes nothing but a missing state directory. */
export async function doctor(options: DoctorOptions): Promise<Finding[]> {
  const running = await findRunningInstance(statePaths(options.stateDirectory))
  const findings = [
    checkRuntime(),
    checkSettings(options),
    await checkState(options.stateDirectory),
    await checkSpace(options.stateDirectory),
    checkAccount(),
  ]
  if (running === undefined)
    return [
      ...findings,
      await checkLock(options.stateDirectory),
      ...(await checkPorts(options.port, await findLeftover(options.stateDirectory))),
    ]
  return [
    ...findings,
    { name: "instance", status: "ok", message: `Gatehouse runs here as process ${running.pid}.` },
  ]
}

function checkRuntime(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  const fits = major > 24 || (major === 24 && minor >= 7)
  return fits
    ? { name: "runtime", status: "ok", message: `Node ${process.versions.node}` }
    : {
        name: "runtime",
        status: "problem",
        message: `Node ${process.versions.node} is too old.`,
        action: "Start with npm start, which brings Node 24.",
      }
}

function checkSettings({ environment }: DoctorOptions): Finding {
  try {
    readServerConfig(environment)
    return { name: "settings", status: "ok", message: "Every setting is valid." }
  } catch (error) {
    return fromError("settings", error)
  }
}

async function checkState(directory: string): Promise<Finding> {
  try {
    await openStateDirectory(directory)
    return {
      name: "state",
      status: "ok",
      message: `${directory} can be written and has version ${stateVersion}.`,
    }
  } catch (error) {
    return fromError("state", error)
  }
}

async function checkSpace(directory: string): Promise<Finding> {
  const existing = await access(directory, constants.F_OK).then(
    () => directory,
    () => dirname(directory),
  )
  const free = await statfs(existing).then(
    ({ bavail, bsize }) => bavail * bsize,
    () => 0,
  )
  const message = `${Math.round(free / 1_000_000)} MB free`
  return free >= wantedBytes
    ? { name: "space", status: "ok", message }
    : {
        name: "space",
        status: "warning",
        message,
        action: "Free some space, or take another folder with --state DIR.",
      }
}

function checkAccount(): Finding {
  const account = clusterAccount()
  const own = userInfo().username
  if (account === undefined) {
    return {
      name: "database account",
      status: "problem",
      message: "PostgreSQL does not run as root, and this machine has no other account for it.",
      action: "Make a user named postgres, or run Gatehouse as an ordinary user.",
    }
  }
  if (!canRunAs(account.user)) {
    return {
      name: "database account",
      status: "problem",
      message: `PostgreSQL does not run as root, and this process can't start it as ${account.name}.`,
      action: "Start Gatehouse as a user other than root, or set DATABASE_URL to a PostgreSQL server.",
    }
  }
  return { name: "database account", status: "ok", message: `PostgreSQL runs as ${account.name ?? own}.` }
}

async function checkLock(directory: string): Promise<Finding> {
  const path = statePaths(directory).lock
  const lock = await readJson<{ pid?: unknown } | null>(path).catch(() => null)
  if (lock === undefined) return { name: "instance", status: "ok", message: "Gatehouse does not run here." }
  return {
    name: "instance",
    status: "warning",
    message:
      typeof lock?.pid === "number"
        ? `Process ${lock.pid} ended without stopping.`
        : `The lock ${path} names no process.`,
    action: "Run gatehouse up: it recovers by itself.",
  }
}

/** A state directory that can't be looked into is named by its own check. */
function findLeftover(directory: string): Promise<LeftoverServer | undefined> {
  return findLeftoverServer(directory).catch(() => undefined)
}

async function checkPorts(
  base: number | undefined,
  leftover: LeftoverServer | undefined,
): Promise<Finding[]> {
  const entries = Object.entries(portsOf(base))
  return Promise.all(
    entries.map(async ([part, port]): Promise<Finding> => {
      const taken = (await Promise.all(["127.0.0.1", "::1"].map((host) => isTaken(host, port)))).some(Boolean)
      if (taken && part === "database" && leftover?.port === port) return leftBehind(leftover)
      return taken
        ? {
            name: `port ${port}`,
            status: "problem",
            message: `The port of ${part} is taken by another program.`,
            action: "Stop that program, or move all ports with --port N.",
          }
        : { name: `port ${port}`, status: "ok", message: `free for ${part}` }
    }),
  )
}

function leftBehind({ port, processId }: LeftoverServer): Finding {
  return {
    name: `port ${port}`,
    status: "warning",
    message: `An earlier run that was killed left its PostgreSQL behind, as process ${processId}.`,
    action: "Run gatehouse up: it stops that server and recovers.",
  }
}

function isTaken(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port })
    socket.once("connect", () => {
      socket.destroy()
      resolve(true)
    })
    socket.once("error", () => resolve(false))
  })
}

function fromError(name: string, error: unknown): Finding {
  if (!isGatehouseError(error)) throw error
  return { name, status: "problem", message: error.publicMessage, action: error.action }
}
