import { createHash } from "node:crypto"
import {
  chmod,
  chown,
  lstat,
  mkdir,
  mkdtemp,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  writeFile,
} from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join, resolve } from "node:path"
import { GatehouseError, isGatehouseError } from "@gatehouse/kernel"
import { findClusterUser, type OsUser } from "./os-user.ts"
import { canEnter } from "./reachable.ts"

/** Where a cluster lives, and as whom it runs. */
export interface ClusterPlace {
  /** A folder of the cluster's own: mode 0700, owned by `user`. */
  readonly root: string
  /** The data directory, inside `root`. */
  readonly data: string
  /** Undefined: as this process. */
  readonly user: OsUser | undefined
}

/** Where clusters live whose state directory their user can't enter, like one below a home with mode 0700. */
const reachableFolders = ["/var/lib/gatehouse"]

/** Remembers, in the state directory, where the cluster is when it can't be inside. */
const memoryFile = "postgres.json"

/**
 * The cluster's place for a state directory: in it, or, where the user that PostgreSQL has to run as can't enter it, in a
 * folder that the state directory remembers. Made if missing. Throws `postgres.cluster_unreachable` where a remembered
 * folder has gone (never a new, empty database in its stead) and `postgres.cannot_change_user`.
 */
export async function preparePlace(stateDirectory: string): Promise<ClusterPlace> {
  const state = await openStateDirectory(stateDirectory)
  const remembered = await readMemory(state)
  if (remembered !== undefined) return openRemembered(state, remembered)
  const inside = join(state, "postgres")
  const owner = await ownerOf(join(inside, "data"))
  if (owner !== undefined) return placeOf(inside, await userFor(owner, inside))
  const user = findClusterUser()
  if (user === undefined || (await canEnter(user, state))) {
    await makeFolder(inside, user)
    return placeOf(inside, user)
  }
  const outside = await makeOutside(state, user)
  await writeMemory(state, outside)
  return placeOf(outside, user)
}

/** By its one true path: a server that is running is recognized by the path in its command line. */
async function openStateDirectory(stateDirectory: string): Promise<string> {
  const state = resolve(stateDirectory)
  try {
    await makeOne(state)
    return await realpath(state)
  } catch (error) {
    throw unusable(state, error)
  }
}

/** The place that `preparePlace` made, if there is one. */
export async function findPlace(stateDirectory: string): Promise<ClusterPlace | undefined> {
  const state = await realpath(stateDirectory).catch(() => resolve(stateDirectory))
  const root = (await readMemory(state))?.folder ?? join(state, "postgres")
  return (await ownerOf(root)) === undefined ? undefined : placeOf(root, undefined)
}

/** Takes a place outside the state directory out of its memory. */
export async function forgetPlace(stateDirectory: string): Promise<void> {
  await rm(join(stateDirectory, memoryFile), { force: true })
}

function placeOf(root: string, user: OsUser | undefined): ClusterPlace {
  return { root, data: join(root, "data"), user }
}

async function openRemembered(
  state: string,
  { folder: root, stateDirectory }: Memory,
): Promise<ClusterPlace> {
  if (stateDirectory !== state) await settleMove(state, { folder: root, stateDirectory })
  const owner = await ownerOf(root)
  if (owner === undefined) {
    throw new GatehouseError("postgres.cluster_unreachable", {
      publicMessage: `The embedded database of this state directory is in ${root}, which is not there.`,
      details: { folder: root },
    })
  }
  return placeOf(root, await userFor(owner, root))
}

/** A cluster runs as whoever owns it, whatever user would be chosen for a new one. */
async function userFor(owner: OsUser, root: string): Promise<OsUser | undefined> {
  const self = process.getuid?.()
  if (owner.uid === self && self !== 0) return undefined
  if (self === 0 && owner.uid !== 0) return owner
  throw new GatehouseError(self === 0 ? "postgres.cannot_change_user" : "postgres.cluster_unreachable", {
    publicMessage: `The embedded database in ${root} belongs to user id ${owner.uid}, as which this process can't run it.`,
    details: { folder: root, owner: owner.uid },
  })
}

async function ownerOf(folder: string): Promise<OsUser | undefined> {
  try {
    const { uid, gid } = await stat(folder)
    return { uid, gid }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw unusable(folder, error)
  }
}

async function makeFolder(folder: string, user: OsUser | undefined): Promise<void> {
  try {
    await makeOne(folder)
    await chmod(folder, 0o700)
    if (user !== undefined) await giveTo(user, folder)
  } catch (error) {
    throw unusable(folder, error)
  }
}

/** A folder in one that is there: a recursive mkdir never ends below /proc, which refuses folders as missing. */
async function makeOne(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch(async (error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST" || !(await stat(folder)).isDirectory()) throw error
  })
}

/** Throws `postgres.cannot_change_user` where this process may give nothing away: root in a container, or of a namespace. */
async function giveTo(user: OsUser, folder: string): Promise<void> {
  try {
    await chown(folder, user.uid, user.gid)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EPERM" || code === "EINVAL")
      throw new GatehouseError("postgres.cannot_change_user", {
        details: { folder, reason: code },
        cause: error,
      })
    throw error
  }
}

/** A folder outside the state directory, never one that is there already: it may be somebody else's. */
async function makeOutside(state: string, user: OsUser): Promise<string> {
  const name = createHash("sha256").update(state).digest("hex").slice(0, 16)
  for (const base of reachableFolders) {
    try {
      await mkdir(base, { mode: 0o755, recursive: true })
      if (!(await lstat(base)).isDirectory() || !(await canEnter(user, base))) continue
      return await finishOutside(await mkdtemp(join(base, `${name}-`)), user)
    } catch (error) {
      if (isGatehouseError(error)) throw error
      // A read-only system: the next folder is tried.
    }
  }
  try {
    const folder = await mkdtemp(join(tmpdir(), `gatehouse-${name}-`))
    if (await canEnter(user, dirname(folder))) return await finishOutside(folder, user)
  } catch (error) {
    throw unusable(tmpdir(), error)
  }
  throw unusable(tmpdir(), undefined)
}

async function finishOutside(folder: string, user: OsUser): Promise<string> {
  await chmod(folder, 0o700)
  try {
    await giveTo(user, folder)
  } catch (error) {
    await rmdir(folder).catch(() => {})
    throw error
  }
  return folder
}

/** A state directory that was moved takes its database along; a copy must not share it with the original. */
async function settleMove(state: string, memory: Memory): Promise<void> {
  if ((await readMemory(memory.stateDirectory))?.folder === memory.folder) {
    throw new GatehouseError("postgres.cluster_in_use", {
      publicMessage: `This state directory is a copy of ${memory.stateDirectory}, which holds the database in ${memory.folder}.`,
    })
  }
  await writeMemory(state, memory.folder)
}

interface Memory {
  readonly folder: string
  /** Whose memory it is: tells a moved state directory and a copied one apart. */
  readonly stateDirectory: string
}

async function readMemory(state: string): Promise<Memory | undefined> {
  const text = await readFile(join(state, memoryFile), "utf8").catch(() => undefined)
  if (text === undefined) return undefined
  const { folder, stateDirectory } = JSON.parse(text) as Partial<Memory>
  if (typeof folder !== "string" || typeof stateDirectory !== "string") throw unusable(state, undefined)
  return { folder, stateDirectory }
}

async function writeMemory(state: string, folder: string): Promise<void> {
  const path = join(state, memoryFile)
  const memory: Memory = { folder, stateDirectory: state }
  await writeFile(`${path}.partial`, `${JSON.stringify(memory)}\n`, { mode: 0o600 })
  await rename(`${path}.partial`, path)
}

/** What is named already keeps its name. */
function unusable(folder: string, cause: unknown): GatehouseError {
  if (isGatehouseError(cause)) return cause
  return new GatehouseError("postgres.cluster_unreachable", {
    publicMessage: `The embedded database can't be kept in ${folder}.`,
    details: { folder },
    cause,
  })
}
