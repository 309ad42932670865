import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
import { GatehouseError } from "@gatehouse/kernel"
import { removeEmbeddedCluster } from "@gatehouse/postgres"
import type { PlaneOptions } from "./options.ts"
import { findRunningInstance } from "./state/instance-lock.ts"
import { isOwnEntry, readJson, statePaths } from "./state/state-directory.ts"

/**
 * Removes everything that a plane keeps: databases, keys, logins. Throws `server.already_running` while it runs,
 * `server.state_foreign` for a folder that Gatehouse did not make, and `server.state_not_writable` for what is no folder or
 * can't be read. Files that somebody else put there stay.
 */
export async function reset({ stateDirectory }: Pick<PlaneOptions, "stateDirectory">): Promise<void> {
  const paths = statePaths(stateDirectory)
  const entries = await listEntries(stateDirectory)
  if (entries.length === 0) return
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

/** The names in the state directory, none where it is missing. */
async function listEntries(stateDirectory: string): Promise<string[]> {
  try {
    return await readdir(stateDirectory)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT") return []
    throw new GatehouseError("server.state_not_writable", {
      publicMessage: `The state directory ${stateDirectory} can't be read (${code}).`,
      cause: error,
    })
  }
}
