import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { findGo, type Go } from "./find-go.ts"
import { InstallProblem, lastLine, runCommand } from "./run-command.ts"
import { serverVersions } from "./server-binary.ts"

const moduleName = "github.com/openfga/openfga"
const version = `v${serverVersions.openfga}`
/** Go's hash of the module at that version: whatever served it, this is what was reviewed. */
const moduleHash = "h1:gl5DiX841ZK3GSTAbgUUYEpiAfAK4EZFMQYW1NQmK8U="

/**
 * Compiles OpenFGA into `folder` from Go's module proxy, about five minutes on two cores. Verified by Go's checksum database
 * where it can be reached, and always by the pinned hash of the module, whose go.sum holds the hash of each module in it.
 */
export async function buildOpenfga(folder: string): Promise<void> {
  const scratch = join(folder, "scratch")
  const go = await findGo(scratch)
  // Without cgo no C compiler is needed. A checkout's or user's Go settings must not reach into the build.
  const environment = {
    ...go.environment,
    ...{ GOBIN: folder, GOFLAGS: "-modcacherw", GOWORK: "off", CGO_ENABLED: "0", GOOS: "", GOARCH: "" },
  }
  const install = (more: Readonly<Record<string, string>> = {}) =>
    runCommand(go.program, ["install", `${moduleName}/cmd/openfga@${version}`], { ...environment, ...more })
  let built = await install()
  // Only an unreachable checksum database is passed over, never one that says no.
  if (built !== undefined && built.code !== 0 && isUnreachableDatabase(built.stderr))
    built = await install({ GONOSUMDB: "*" })
  if (built?.code !== 0)
    throw new InstallProblem(`OpenFGA ${version} cannot be compiled: ${lastLine(built?.stderr ?? "")}`)
  await verify(go, environment, join(folder, "openfga"))
  await rm(scratch, { recursive: true, force: true })
}

function isUnreachableDatabase(errors: string): boolean {
  return (
    /: verifying (module|go\.mod)|\/sumdb\//.test(errors) && !/SECURITY ERROR|checksum mismatch/.test(errors)
  )
}

/** Compares what the compiler wrote into the program with the pinned hash and with the module's go.sum. */
async function verify(go: Go, environment: Readonly<Record<string, string>>, program: string): Promise<void> {
  const built = await runCommand(go.program, ["version", "-m", program], environment)
  const lines = (built?.stdout ?? "").split("\n").map((line) => line.trim().split(/\s+/))
  const main = lines.find(([kind, name]) => kind === "mod" && name === moduleName)
  if (main?.[2] !== version || main[3] !== moduleHash)
    throw new InstallProblem(`what was compiled is not OpenFGA ${version} with the hash that is expected.`)
  const told = await runCommand(
    go.program,
    ["mod", "download", "-json", `${moduleName}@${version}`],
    environment,
  )
  const { Dir: source } = JSON.parse(told?.stdout || "{}")
  const sums = new Set((await readFile(join(String(source), "go.sum"), "utf8")).split("\n"))
  const stranger = lines.find(
    ([kind, ...dependency]) => kind === "dep" && !sums.has(dependency.slice(0, 3).join(" ")),
  )
  if (stranger !== undefined)
    throw new InstallProblem(`${stranger[1]} in OpenFGA is not the one that its go.sum names.`)
}
