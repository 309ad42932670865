import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { pipeline } from "node:stream/promises"
import { buildOpenfga } from "./build-openfga.ts"
import { fetchFga } from "./fetch-fga.ts"
import { InstallProblem } from "./run-command.ts"
import { type ServerName, serverBinary, serverFolder, serverVersions } from "./server-binary.ts"

const installers: Readonly<Record<ServerName, (folder: string) => Promise<void>>> = {
  openfga: buildOpenfga,
  fga: fetchFga,
}
/** Beside the program: the hash that it had when it was verified. */
const record = "sha256"

/**
 * Makes sure that a real program is in the cache, and returns its file. Made in a folder of its own, which is renamed when all
 * of it is there: an interrupted installation leaves nothing, and two at the same time are harmless. `tell` gets one line when
 * there is something to wait for. `install` is replaced by tests alone.
 */
export async function installServer(
  name: ServerName,
  tell: (line: string) => void,
  install: (folder: string) => Promise<void> = installers[name],
): Promise<string> {
  const folder = serverFolder(name)
  const program = serverBinary(name)
  if (await isWhole(folder, program)) return program
  tell(
    `Installing ${name} ${serverVersions[name]}${name === "openfga" ? " (once; compiling takes about five minutes)" : ""}`,
  )
  const made = await makeBeside(folder)
  try {
    await install(made)
    await writeFile(join(made, record), await hashOf(join(made, name)))
    await rm(folder, { recursive: true, force: true })
    await rename(made, folder).catch(async (error: NodeJS.ErrnoException) => {
      // Somebody else was faster with the same.
      if (!(await isWhole(folder, program))) throw error
    })
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  return program
}

async function makeBeside(folder: string): Promise<string> {
  try {
    await mkdir(dirname(folder), { recursive: true })
    return await mkdtemp(`${folder}.new-`)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new InstallProblem(
      `Nothing can be put into ${dirname(folder)} (${code}); GATEHOUSE_SERVERS may name another folder.`,
    )
  }
}

async function isWhole(folder: string, program: string): Promise<boolean> {
  try {
    return (await readFile(join(folder, record), "utf8")) === (await hashOf(program))
  } catch {
    return false
  }
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash("sha256")
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash)
  return hash.digest("hex")
}
