import { type ChildProcess, execFile, spawn } from "node:child_process"
import { once } from "node:events"
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { createLogger } from "@gatehouse/telemetry"
import pg from "pg"
import { afterAll, afterEach, expect, test } from "vitest"
import { findLeftoverServer } from "./find-leftover-server.ts"
import { findFreePort } from "./free-port.ts"
import { clusterAccount } from "./os-user.ts"
import { processOf } from "./process-of.ts"
import { canEnter } from "./reachable.ts"
import { removeEmbeddedCluster } from "./remove-embedded-cluster.ts"
import type { EmbeddedCluster } from "./start-cluster.ts"
import { startEmbeddedCluster } from "./start-embedded-cluster.ts"

const password = new Secret("quotes ' and / @ : in a password")
const logger = createLogger({ name: "test", level: "silent" })
const isRoot = process.getuid?.() === 0
const childProgram = fileURLToPath(new URL("../testing/start-cluster-child.ts", import.meta.url))

const cleanups: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

/** A state directory as the server makes it, mode 0700, or open for others. */
async function stateDirectory(mode = 0o755): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-cluster-"))
  await chmod(directory, mode)
  cleanups.push(async () => {
    await removeEmbeddedCluster(directory)
    await rm(directory, { recursive: true, force: true })
  })
  return directory
}

let template: string | undefined

/** A state directory with a cluster in it, made once and copied: to make one takes seconds. */
async function usedStateDirectory(): Promise<string> {
  if (template === undefined) {
    template = await mkdtemp(join(tmpdir(), "gatehouse-cluster-"))
    await chmod(template, 0o755)
    await (
      await startEmbeddedCluster({ directory: template, port: await findFreePort(), password, logger })
    ).stop()
  }
  const directory = await stateDirectory()
  await promisify(execFile)("cp", ["-a", `${template}/.`, directory])
  return directory
}

afterAll(async () => {
  if (template === undefined) return
  await removeEmbeddedCluster(template)
  await rm(template, { recursive: true, force: true })
})

async function start(directory: string, port: number): Promise<EmbeddedCluster> {
  const cluster = await startEmbeddedCluster({ directory, port, password, logger })
  cleanups.push(() => cluster.stop())
  return cluster
}

/** Another Node process that starts the cluster. */
async function startInChild(directory: string, port: number, user?: { uid: number; gid: number }) {
  const child = spawn(process.execPath, [childProgram, directory, String(port), revealSecret(password)], {
    stdio: ["ignore", "pipe", "pipe"],
    ...user,
  })
  cleanups.push(() => killHard(child))
  let errors = ""
  child.stderr.on("data", (chunk) => {
    errors += chunk
  })
  const [line] = await Promise.race([
    once(child.stdout, "data"),
    once(child, "exit").then(() => Promise.reject(new Error(errors))),
  ])
  return { child, postmaster: (JSON.parse(String(line)) as { postmaster: number }).postmaster }
}

async function killHard(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill("SIGKILL")
  await once(child, "exit")
}

async function ask<Row>(url: Secret, statement: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: revealSecret(url) })
  client.on("error", () => {})
  await client.connect()
  try {
    return (await client.query(statement)).rows
  } finally {
    await client.end()
  }
}

async function isGone(processId: number): Promise<boolean> {
  return (await processOf(processId)) === undefined
}

test("a new cluster is durable, answers on loopback alone, asks for the password and compares ids by bytes", async () => {
  const cluster = await start(await stateDirectory(), await findFreePort())
  expect(await cluster.health()).toEqual({ status: "ok" })
  const settings = await ask<Record<string, string>>(
    cluster.adminUrl,
    `select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
      current_setting('full_page_writes') as pages, current_setting('data_checksums') as checksums,
      current_setting('password_encryption') as encryption, current_setting('unix_socket_directories') as sockets,
      current_setting('server_encoding') as encoding, 'a' = 'A' or 'a' = 'a ' or 'e' = 'é' as confused,
      bool_and(string_to_array(current_setting('listen_addresses'), ',') <@ array['127.0.0.1', '::1']) as loopback,
      bool_and(auth_method = 'scram-sha-256') as guarded from pg_hba_file_rules`,
  )
  expect(settings).toEqual([
    {
      fsync: "on",
      commit: "on",
      pages: "on",
      checksums: "on",
      encryption: "scram-sha-256",
      sockets: "",
      encoding: "UTF8",
      confused: false,
      loopback: true,
      guarded: true,
    },
  ])
  const wrong = new URL(revealSecret(cluster.adminUrl))
  wrong.password = "wrong"
  await expect(ask(new Secret(wrong.href), "select 1")).rejects.toMatchObject({ code: "28P01" })
})

test("stopping leaves no process and no taken port, and the next start has the data", async () => {
  const [directory, port] = [await usedStateDirectory(), await findFreePort()]
  const first = await start(directory, port)
  await ask(first.adminUrl, "create table kept as select 7 as number")
  await first.stop()
  expect(await isGone(first.processId)).toBe(true)
  expect(await first.health()).toMatchObject({ status: "failed" })
  const second = await start(directory, port)
  expect(await ask(second.adminUrl, "select number from kept")).toEqual([{ number: 7 }])
})

test("a stop does not wait for those who are still connected, and loses nothing that was committed", async () => {
  const [directory, port] = [await usedStateDirectory(), await findFreePort()]
  const first = await start(directory, port)
  const client = new pg.Client({ connectionString: revealSecret(first.adminUrl) })
  client.on("error", () => {})
  await client.connect()
  await client.query("create table kept as select 7 as number")
  await client.query("begin")
  await client.query("insert into kept values (8)")
  // The client stays: a stop that waited for it would never end.
  await first.stop()
  const second = await start(directory, port)
  expect(await ask(second.adminUrl, "select number from kept")).toEqual([{ number: 7 }])
})

test.runIf(process.platform === "linux")(
  "Ctrl-C in a terminal does not reach the server: it leads a session of its own",
  async () => {
    const cluster = await start(await usedStateDirectory(), await findFreePort())
    const status = await readFile(`/proc/${cluster.processId}/stat`, "utf8")
    const [, , group, session] = status.slice(status.lastIndexOf(")") + 2).split(" ")
    expect([Number(group), Number(session)]).toEqual([cluster.processId, cluster.processId])
  },
)

test("a state directory is the same one by another path to it", async () => {
  const [directory, port] = [await usedStateDirectory(), await findFreePort()]
  const { child } = await startInChild(directory, port)
  const alias = `${directory}-alias`
  await symlink(directory, alias)
  cleanups.push(() => rm(alias))
  await expect(start(alias, await findFreePort())).rejects.toMatchObject({
    code: "postgres.cluster_in_use",
    details: { processId: child.pid },
  })
})

test("after kill -9 of the process that started it, the next start stops the server left behind and keeps the data", async () => {
  const [directory, port] = [await usedStateDirectory(), await findFreePort()]
  const { child, postmaster } = await startInChild(directory, port)
  const url = new Secret(
    `postgres://gatehouse:${encodeURIComponent(revealSecret(password))}@127.0.0.1:${port}/postgres`,
  )
  await ask(url, "create table kept as select 7 as number")
  expect(await findLeftoverServer(directory)).toBeUndefined()
  await killHard(child)
  expect(await isGone(postmaster)).toBe(false)
  expect(await findLeftoverServer(directory)).toEqual({ processId: postmaster, port })

  const cluster = await start(directory, port)
  expect(cluster.processId).not.toBe(postmaster)
  expect(await isGone(postmaster)).toBe(true)
  expect(await ask(cluster.adminUrl, "select number from kept")).toEqual([{ number: 7 }])
})

test("after kill -9 of server and starter, what was committed is there", async () => {
  const [directory, port] = [await usedStateDirectory(), await findFreePort()]
  const { child, postmaster } = await startInChild(directory, port)
  const url = new Secret(
    `postgres://gatehouse:${encodeURIComponent(revealSecret(password))}@127.0.0.1:${port}/postgres`,
  )
  await ask(url, "create table kept as select 7 as number")
  process.kill(postmaster, "SIGKILL")
  await killHard(child)

  const cluster = await start(directory, port)
  expect(await ask(cluster.adminUrl, "select number from kept")).toEqual([{ number: 7 }])
})

test("a lock file that names a process of somebody else is not taken for a running server", async () => {
  const [directory, port] = [await usedStateDirectory(), await findFreePort()]
  const first = await start(directory, port)
  await first.stop()
  const lock = join(directory, "postgres", "data", "postmaster.pid")
  await writeFile(
    lock,
    `${process.pid}\n${join(directory, "postgres", "data")}\n0\n${port}\n\n127.0.0.1\n\nready\n`,
  )
  const second = await start(directory, port)
  expect(await second.health()).toEqual({ status: "ok" })
})

test("a cluster that another running process uses is named as in use, and goes on running", async () => {
  const [directory, port] = [await usedStateDirectory(), await findFreePort()]
  const { child, postmaster } = await startInChild(directory, port)
  await expect(start(directory, await findFreePort())).rejects.toMatchObject({
    code: "postgres.cluster_in_use",
    details: { processId: child.pid },
  })
  await expect(removeEmbeddedCluster(directory)).rejects.toMatchObject({ code: "postgres.cluster_in_use" })
  expect(await isGone(postmaster)).toBe(false)
})

test.each(["127.0.0.1", "::1"])(
  "a port that is taken at %s alone is named, and nothing is left running",
  async (host) => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen({ host, port: 0 }, resolve))
    cleanups.push(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as { port: number }
    await expect(start(await stateDirectory(), port)).rejects.toMatchObject({
      code: "server.port_taken",
      details: { port },
    })
  },
)

test("a data directory of another major version is refused with both versions named", async () => {
  const directory = await stateDirectory()
  await mkdir(join(directory, "postgres", "data"), { recursive: true })
  const user = clusterAccount()?.user
  if (user !== undefined) await chown(join(directory, "postgres", "data"), user.uid, user.gid)
  await writeFile(join(directory, "postgres", "data", "PG_VERSION"), "14\n")
  await expect(start(directory, await findFreePort())).rejects.toMatchObject({
    code: "postgres.cluster_version",
    message: expect.stringMatching(/PostgreSQL 14.*PostgreSQL 18/),
  })
})

test("a first start that was killed while it made the cluster is begun anew", async () => {
  const directory = await stateDirectory()
  const partial = join(directory, "postgres", "data.partial")
  await mkdir(partial, { recursive: true })
  await writeFile(join(partial, "PG_VERSION"), "18\n")
  const cluster = await start(directory, await findFreePort())
  expect(await cluster.health()).toEqual({ status: "ok" })
  await expect(stat(partial)).rejects.toMatchObject({ code: "ENOENT" })
})

test("another password than the cluster's is refused by name, and no server is left running", async () => {
  const [directory, port] = [await usedStateDirectory(), await findFreePort()]
  await (await start(directory, port)).stop()
  const attempt = startEmbeddedCluster({ directory, port, password: new Secret("another"), logger })
  await expect(attempt).rejects.toMatchObject({ code: "postgres.login_refused" })
  const again = await start(directory, port)
  expect(await again.health()).toEqual({ status: "ok" })
})

test("a server that ended by itself shows in its health", async () => {
  const cluster = await start(await usedStateDirectory(), await findFreePort())
  process.kill(cluster.processId, "SIGKILL")
  await expect.poll(() => cluster.health()).toMatchObject({ status: "failed" })
})

test.runIf(isRoot)(
  "as root, the cluster is another user's, in a folder of its own with mode 0700",
  async () => {
    const directory = await stateDirectory()
    const cluster = await start(directory, await findFreePort())
    const { mode, uid } = await stat(join(directory, "postgres"))
    expect({ mode: mode & 0o777, uid }).toEqual({ mode: 0o700, uid: clusterAccount()?.user?.uid })
    const owner = /^Uid:\s+(\d+)/m.exec(await readFile(`/proc/${cluster.processId}/status`, "utf8"))?.[1]
    expect(Number(owner)).toBe(uid)
  },
)

test.runIf(isRoot)(
  "as root with a state directory of mode 0700, it lives where its user can go, and is found again",
  async () => {
    const [directory, port] = [await stateDirectory(0o700), await findFreePort()]
    const first = await start(directory, port)
    await ask(first.adminUrl, "create table kept as select 7 as number")
    await first.stop()
    const { folder } = JSON.parse(await readFile(join(directory, "postgres.json"), "utf8")) as {
      folder: string
    }
    expect(folder.startsWith(directory)).toBe(false)
    expect((await stat(folder)).mode & 0o777).toBe(0o700)

    const second = await start(directory, port)
    expect(await ask(second.adminUrl, "select number from kept")).toEqual([{ number: 7 }])
    await second.stop()

    await removeEmbeddedCluster(directory)
    await expect(stat(folder)).rejects.toMatchObject({ code: "ENOENT" })
  },
)

test.runIf(isRoot)(
  "a database outside its state directory follows a move, refuses a copy, and is never made anew in silence",
  async () => {
    const [directory, port] = [await stateDirectory(0o700), await findFreePort()]
    await (await start(directory, port)).stop()
    const memory = join(directory, "postgres.json")

    const copy = await stateDirectory(0o700)
    await writeFile(join(copy, "postgres.json"), await readFile(memory))
    await expect(start(copy, port)).rejects.toMatchObject({ code: "postgres.cluster_in_use" })

    await rename(memory, `${memory}.away`)
    const moved = await start(copy, port)
    await moved.stop()

    await writeFile(memory, JSON.stringify({ folder: "/var/lib/gatehouse/gone", stateDirectory: directory }))
    await expect(start(directory, port)).rejects.toMatchObject({ code: "postgres.cluster_unreachable" })
    await rm(memory)
  },
)

test.runIf(isRoot)("as a user other than root, it runs as that user", async ({ skip }) => {
  const user = clusterAccount()?.user
  if (
    user === undefined ||
    !(await canEnter(user, join(process.execPath, ".."))) ||
    !(await canEnter(user, import.meta.dirname))
  ) {
    return skip("the checkout or Node lies where no other user can go")
  }
  const directory = await stateDirectory()
  await chown(directory, user.uid, user.gid)
  const { child, postmaster } = await startInChild(directory, await findFreePort(), user)
  expect((await processOf(postmaster))?.parent).toBe(child.pid)
  expect((await stat(join(directory, "postgres", "data"))).uid).toBe(user.uid)
})
