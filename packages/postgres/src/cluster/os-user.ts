import { execFileSync } from "node:child_process"
import { readFileSync } from "node:fs"
import { GatehouseError } from "@gatehouse/kernel"

/** A user of the operating system, as `spawn` needs it. */
export interface OsUser {
  readonly uid: number
  readonly gid: number
}

/** The account that the embedded database runs as. */
export interface ClusterAccount {
  /** Undefined where it is the account of this process. */
  readonly name: string | undefined
  readonly user: OsUser | undefined
}

/** In order of preference: an account made for PostgreSQL, then the one that owns nothing. */
const candidates = ["postgres", "nobody"]

/**
 * The account as which a new embedded database would run here: this process's own or, as PostgreSQL refuses root, another.
 * Undefined where this is root and the machine has no other account for it.
 */
export function clusterAccount(): ClusterAccount | undefined {
  if (process.getuid?.() !== 0) return { name: undefined, user: undefined }
  for (const name of candidates) {
    const user = fromPasswordFile(name) ?? fromIdCommand(name)
    if (user !== undefined && user.uid !== 0) return { name, user }
  }
  return undefined
}

/** The user under which PostgreSQL has to run, undefined for this process's own. Throws `postgres.cannot_change_user`. */
export function findClusterUser(): OsUser | undefined {
  const account = clusterAccount()
  if (account === undefined) throw new GatehouseError("postgres.cannot_change_user")
  return account.user
}

function fromPasswordFile(name: string): OsUser | undefined {
  try {
    const lines = readFileSync("/etc/passwd", "utf8").split("\n")
    const [, , uid, gid] = lines.find((line) => line.startsWith(`${name}:`))?.split(":") ?? []
    return toUser(uid, gid)
  } catch {
    return undefined
  }
}

/** Accounts that /etc/passwd does not list: macOS, directory services. */
function fromIdCommand(name: string): OsUser | undefined {
  const ask = (option: string) =>
    execFileSync("id", [option, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  try {
    return toUser(ask("-u"), ask("-g"))
  } catch {
    return undefined
  }
}

function toUser(uid: string | undefined, gid: string | undefined): OsUser | undefined {
  if (uid === undefined || gid === undefined || uid.trim() === "" || gid.trim() === "") return undefined
  const [userId, groupId] = [Number(uid), Number(gid)]
  if (!Number.isSafeInteger(userId) || !Number.isSafeInteger(groupId)) return undefined
  // macOS gives nobody the id -2, which spawn takes as the unsigned number.
  return { uid: userId >>> 0, gid: groupId >>> 0 }
}
