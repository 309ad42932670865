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
    await putInPlace(made, folder, program)
  } finally {
    await rm(made, { recursive: true, force: true })
  }
  return program
}

/** Installations that end at the same time may take each other's place in between: a few turns settle it. */
const maximumTurns = 10

/** A program that is there whole stays: another installation may have started it already. */
async function putInPlace(made: string, folder: string, program: string): Promise<void> {
  for (let turn = 1; ; turn++) {
    try {
      return await rename(made, folder)
    } catch (error) {
      if (await isWhole(folder, program)) return
      if (turn === maximumTurns) throw error
      await rm(folder, { recursive: true, force: true })
    }
  }
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
