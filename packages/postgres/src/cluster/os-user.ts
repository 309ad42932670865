import { execFile } from "node:child_process"
import { readFile } from "node:fs/promises"
import { promisify } from "node:util"
import { GatehouseError } from "@gatehouse/kernel"

/** A user of the operating system, as `spawn` needs it. */
export interface OsUser {
  readonly uid: number
  readonly gid: number
}

/** In order of preference: an account made for PostgreSQL, then the one that owns nothing. */
const candidates = ["postgres", "nobody"]

/**
 * The user under which PostgreSQL has to run, or undefined where it runs as this process does. PostgreSQL refuses root.
 * Throws `postgres.cannot_change_user` where this is root and no other account exists.
 */
export async function findClusterUser(): Promise<OsUser | undefined> {
  if (process.getuid?.() !== 0) return undefined
  for (const name of candidates) {
    const user = (await fromPasswordFile(name)) ?? (await fromIdCommand(name))
    if (user !== undefined && user.uid !== 0) return user
  }
  throw new GatehouseError("postgres.cannot_change_user")
}

async function fromPasswordFile(name: string): Promise<OsUser | undefined> {
  const lines = await readFile("/etc/passwd", "utf8").then(
    (text) => text.split("\n"),
    () => [],
  )
  const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(":") ?? []
  return toUser(uid, gid)
}

/** Accounts that /etc/passwd does not list: macOS, LDAP, systemd's dynamic users. */
async function fromIdCommand(name: string): Promise<OsUser | undefined> {
  const ask = promisify(execFile)
  try {
    const [uid, gid] = await Promise.all([ask("id", ["-u", name]), ask("id", ["-g", name])])
    return toUser(uid.stdout, gid.stdout)
  } catch {
    return undefined
  }
}

function toUser(uid: string | undefined, gid: string | undefined): OsUser | undefined {
  const numbers = [uid, gid].map((text) =>
    text === undefined || text.trim() === "" ? Number.NaN : Number(text),
  )
  const [userId, groupId] = numbers
  if (userId === undefined || groupId === undefined) return undefined
  if (!Number.isSafeInteger(userId) || !Number.isSafeInteger(groupId)) return undefined
  // macOS gives nobody the id -2, which spawn takes as the unsigned number.
  return { uid: userId >>> 0, gid: groupId >>> 0 }
}
