import { randomBytes } from "node:crypto"
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { revealSecret, Secret } from "@gatehouse/kernel"
import { createLogger } from "@gatehouse/telemetry"
import type { TestProject } from "vitest/node"
import { findFreePort } from "../cluster/free-port.ts"
import { processOf } from "../cluster/process-of.ts"
import { removeEmbeddedCluster } from "../cluster/remove-embedded-cluster.ts"
import { startCluster } from "../cluster/start-cluster.ts"

declare module "vitest" {
  interface ProvidedContext {
    /** The administrator's address of the tests' own cluster. */
    adminUrl: string
  }
}

const prefix = "gatehouse-tests-"

/** Tests may lose their data in a crash; in return they don't wait for the disk. The product never sets these. */
const hasty = { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }

/**
 * Starts one real cluster for all test files of a run, in a temporary folder at a free port, and removes it afterwards.
 * Tests get its address by `testAdminUrl()`, and a database each by `createTestDatabase()`.
 */
export default async function setUpCluster(project: TestProject): Promise<() => Promise<void>> {
  await sweep()
  const directory = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  await chmod(directory, 0o755)
  const cluster = await startCluster(
    {
      directory,
      port: await findFreePort(),
      password: new Secret(randomBytes(18).toString("base64url")),
      logger: createLogger({ name: "tests", level: "error" }),
    },
    false,
    hasty,
  )
  project.provide("adminUrl", revealSecret(cluster.adminUrl))
  return async () => {
    await cluster.stop()
    await removeEmbeddedCluster(directory)
    await rm(directory, { recursive: true, force: true })
  }
}

/** Removes what earlier runs left behind that were killed. */
async function sweep(): Promise<void> {
  const folders = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix))
  for (const name of folders) {
    const processId = Number(name.slice(prefix.length).split("-")[0])
    if (!Number.isInteger(processId) || (await processOf(processId)) !== undefined) continue
    const directory = join(tmpdir(), name)
    await removeEmbeddedCluster(directory).catch(() => {})
    await rm(directory, { recursive: true, force: true }).catch(() => {})
  }
}
