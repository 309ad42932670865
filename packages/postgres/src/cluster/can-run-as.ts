import { spawnSync } from "node:child_process"
import { chownSync, mkdtempSync, rmdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { OsUser } from "./os-user.ts"
import { programEnvironment } from "./run-program.ts"

/**
 * Whether this process may start programs as `user` and give folders to it, found by doing both: being root is not enough in a
 * container without those rights, or in a namespace that does not know the user. True for no user, which is this process's own.
 */
export function canRunAs(user: OsUser | undefined): boolean {
  return user === undefined || (canStartAs(user) && canGiveTo(user))
}

function canStartAs(user: OsUser): boolean {
  try {
    const { error } = spawnSync("true", { cwd: "/", env: programEnvironment, stdio: "ignore", ...user })
    return !isRefusal(error)
  } catch (error) {
    return !isRefusal(error)
  }
}

/** In a folder for temporary files: what keeps it from being made there is not what is asked here. */
function canGiveTo(user: OsUser): boolean {
  let folder: string | undefined
  try {
    folder = mkdtempSync(join(tmpdir(), "gatehouse-account-"))
    chownSync(folder, user.uid, user.gid)
    return true
  } catch (error) {
    return folder === undefined || !isRefusal(error)
  } finally {
    if (folder !== undefined) removeQuietly(folder)
  }
}

function removeQuietly(folder: string): void {
  try {
    rmdirSync(folder)
  } catch {
    // Given away in a folder whose sticky bit keeps it: it is empty, and the system clears that folder.
  }
}

function isRefusal(error: unknown): boolean {
  return ["EPERM", "EINVAL"].includes(String((error as NodeJS.ErrnoException | undefined)?.code))
}
