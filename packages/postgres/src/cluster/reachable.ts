import { realpath, stat } from "node:fs/promises"
import { dirname } from "node:path"
import type { OsUser } from "./os-user.ts"

/**
 * True where the user may enter the folder, which means every folder above it too. Judged by mode bits alone: an access
 * list that opens more only leads to a copy that was not needed.
 */
export async function canEnter(user: OsUser, folder: string): Promise<boolean> {
  let current = await realpath(folder)
  for (;;) {
    const { mode, uid, gid } = await stat(current)
    const shift = uid === user.uid ? 6 : gid === user.gid ? 3 : 0
    if (((mode >> shift) & 1) === 0) return false
    const parent = dirname(current)
    if (parent === current) return true
    current = parent
  }
}
