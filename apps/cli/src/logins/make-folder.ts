import { access, mkdir } from "node:fs/promises"
import { dirname } from "node:path"

/**
 * Makes a folder and those above it, for their owner alone; one that is there stays as it is. Throws the system's error. Node's
 * own recursive mkdir never ends where a file system refuses folders as missing, as /proc does.
 */
export async function makeFolder(folder: string): Promise<void> {
  if (await isThere(folder)) return
  const above = dirname(folder)
  if (above !== folder) await makeFolder(above)
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    // Another command was faster.
    if (error.code !== "EEXIST") throw error
  })
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
