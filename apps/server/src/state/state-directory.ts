import { access, chmod, constants, mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { GatehouseError } from "@gatehouse/kernel"

/** The version of the state directory's form. A newer one is refused: an older release cannot know what it holds. */
export const stateVersion = 1

/** Files of the state directory, by what they are for. */
export interface StatePaths {
  readonly directory: string
  readonly version: string
  readonly lock: string
  readonly secrets: string
  /** What runs and where: absent until ready and after a stop. */
  readonly plane: string
  /** Who can log in to the demo organizations. */
  readonly demo: string
  readonly log: string
  readonly compileCache: string
}

/** Where each kept file stands; nothing is read or made. */
export function statePaths(directory: string): StatePaths {
  return {
    directory,
    version: join(directory, "version.json"),
    lock: join(directory, "lock"),
    secrets: join(directory, "secrets.json"),
    plane: join(directory, "plane.json"),
    demo: join(directory, "demo.json"),
    log: join(directory, "gatehouse.log"),
    compileCache: join(directory, "compile-cache"),
  }
}

/** The first part of every name in a state directory; what begins otherwise is somebody else's. */
const ownNames = [
  "version.json",
  "lock",
  "secrets.json",
  "plane.json",
  "demo.json",
  "logins.json",
  "gatehouse.log",
  "compile-cache",
  "postgres",
]

/** Whether Gatehouse writes files or folders of that name into a state directory. */
export function isOwnEntry(name: string): boolean {
  return ownNames.some((own) => name === own || name.startsWith(`${own}.`))
}

/**
 * Makes the state directory where it is missing and checks that this release may use it. Throws
 * `server.state_not_writable`, `server.state_newer` with both versions in its message, or `server.state_foreign` where the
 * folder holds something else.
 */
export async function openStateDirectory(directory: string): Promise<StatePaths> {
  const paths = statePaths(directory)
  try {
    await makeFolder(directory)
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw new GatehouseError("server.state_not_writable", {
      publicMessage: `The state directory ${directory} can't be written (${codeOf(error)}).`,
      cause: error,
    })
  }
  const found = await readJson<{ state?: unknown }>(paths.version)
  if (found !== undefined) checkVersion(found.state)
  else {
    await refuseForeign(directory)
    await writeJson(paths.version, { state: stateVersion })
  }
  return paths
}

/**
 * Makes a folder and those above it, which others may pass through but not list. Node's own recursive mkdir never ends where a
 * file system refuses folders as missing, as /proc does.
 */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o711 })
  } catch (error) {
    if (codeOf(error) === "EEXIST") return
    const above = dirname(folder)
    if (codeOf(error) !== "ENOENT" || above === folder || (await exists(above))) throw error
    await makeFolder(above)
    await mkdir(folder, { mode: 0o711 })
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}

/** Throws `server.state_foreign` for a folder that holds what Gatehouse did not write. */
async function refuseForeign(directory: string): Promise<void> {
  const foreign = (await readdir(directory)).find((name) => !isOwnEntry(name))
  if (foreign === undefined) return
  throw new GatehouseError("server.state_foreign", {
    publicMessage: `${directory} holds files that are not Gatehouse's, such as ${JSON.stringify(foreign)}.`,
  })
}

/** Throws `server.state_newer` unless this release knows the form of the state. */
function checkVersion(state: unknown): void {
  if (typeof state === "number" && Number.isInteger(state) && state >= 1 && state <= stateVersion) return
  throw new GatehouseError("server.state_newer", {
    publicMessage: `The state directory has version ${JSON.stringify(state)}; this release knows version ${stateVersion}.`,
  })
}

/** The parsed file, or undefined where there is none, be it that its folder is a file. Throws `server.state_damaged` for what is not JSON. */
export async function readJson<Value>(path: string): Promise<Value | undefined> {
  let text: string
  try {
    text = await readFile(path, "utf8")
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined
    throw error
  }
  try {
    return JSON.parse(text) as Value
  } catch (error) {
    throw new GatehouseError("server.state_damaged", { publicMessage: `${path} is not JSON.`, cause: error })
  }
}

/** Replaces a file of the state directory in one step, readable by its owner alone. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  const draft = `${path}.${process.pid}.new`
  await writeFile(draft, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flush: true })
  await chmod(draft, 0o600)
  await rename(draft, path)
}

/** Removes a file of the state directory, if it is there. */
export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? "unknown"
}
