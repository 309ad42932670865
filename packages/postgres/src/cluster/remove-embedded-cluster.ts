import { readdir, rm, rmdir } from "node:fs/promises"
import { join } from "node:path"
import { stopLeftover } from "./leftover.ts"
import { findPlace, forgetPlace } from "./place.ts"

/** What a cluster's folder holds. Nothing else in it is ours to remove. */
const ours = /^(data|data\.partial|password|binaries-.+)$/

/**
 * Removes the embedded database of a state directory, wherever it lives, and a server that a killed run left behind. All
 * data in it are gone. Does nothing where there is none. Throws `postgres.cluster_in_use` while a plane uses it.
 */
export async function removeEmbeddedCluster(directory: string): Promise<void> {
  const place = await findPlace(directory)
  if (place !== undefined) {
    await stopLeftover(place.data)
    for (const name of await readdir(place.root)) {
      if (ours.test(name)) await rm(join(place.root, name), { recursive: true, force: true })
    }
    await rmdir(place.root)
  }
  await forgetPlace(directory)
}
