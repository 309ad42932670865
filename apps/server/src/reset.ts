import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { GatehouseError } from "@gatehouse/kernel"
import { removeEmbeddedCluster } from "@gatehouse/postgres"
import type { PlaneOptions } from "./options.ts"
import { findRunningInstance } from "./state/instance-lock.ts"
import { isOwnEntry, readJson, statePaths } from "./state/state-directory.ts"

/**
 * Removes everything that a plane keeps: databases, keys, logins. Throws `server.already_running` while it runs, and
 * `server.state_foreign` for a folder that Gatehouse did not make. Files that somebody else put there stay.
 */
export async function reset({ stateDirectory }: Pick<PlaneOptions, "stateDirectory">): Promise<void> {
  const paths = statePaths(stateDirectory)
  const entries = await readdir(stateDirectory).catch(() => undefined)
  if (entries === undefined || entries.length === 0) return
  if ((await readJson(paths.version)) === undefined) {
    throw new GatehouseError("server.state_foreign", {
      publicMessage: `${stateDirectory} is not a state directory of Gatehouse: it has no version.json.`,
    })
  }
  const running = await findRunningInstance(paths)
  if (running !== undefined)
    throw new GatehouseError("server.already_running", { details: { pid: running.pid } })
  await removeEmbeddedCluster(stateDirectory)
  // version.json goes last: a reset that is killed can be run again.
  for (const entry of entries.filter((name) => isOwnEntry(name) && name !== "version.json"))
    await rm(join(stateDirectory, entry), { recursive: true, force: true })
  await rm(paths.version, { force: true })
}
