import { execFile } from "node:child_process"
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { delimiter, dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { afterAll, beforeAll, expect, test } from "vitest"
import {
  cleanEnvironment,
  gatehouseCommand,
  type PlaneProcess,
  startPlaneProcess,
} from "../support/plane-process.ts"

const root = fileURLToPath(new URL("../..", import.meta.url))

let plane: PlaneProcess
let home: string

beforeAll(async () => {
  plane = await startPlaneProcess()
  home = await mkdtemp(join(tmpdir(), "gatehouse-readme-"))
  // What npx does in the checkout, without asking a registry for anything.
  await writeFile(
    join(home, "npx"),
    `#!/bin/sh\nshift\nexec "${process.execPath}" "${gatehouseCommand}" "$@"\n`,
  )
  await chmod(join(home, "npx"), 0o755)
})

afterAll(async () => {
  await plane[Symbol.asyncDispose]()
  await rm(home, { recursive: true, force: true })
})

/** The command lines of the tour, as they are written. */
async function tourLines(): Promise<string[]> {
  const readme = await readFile(join(root, "README.md"), "utf8")
  const tour = readme.slice(readme.indexOf("## A tour"), readme.indexOf("## For a service developer"))
  return [...tour.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = ""]) => block.trim().split("\n"))
}

/** What a line's comment says that it ends with; a line without one succeeds, and who asks why something is denied is denied. */
function expectedCode(line: string): number {
  const said = /# .*exit code (\d+)/.exec(line)?.[1]
  if (said !== undefined) return Number(said)
  return line.includes("# denied") || line.includes(" explain ") ? 3 : 0
}

test("every line of the README's tour runs as written and ends as it says", {
  timeout: 120_000,
}, async () => {
  const lines = await tourLines()
  expect(lines.length).toBeGreaterThan(12)
  const script = lines
    .map((line) => `{ ${line.replace(/\s+#.*$/, "")}; } >/dev/null 2>&1; echo $?`)
    .join("\n")
  const { stdout } = await promisify(execFile)("bash", ["-c", script], {
    cwd: root,
    env: {
      ...cleanEnvironment(),
      PATH: [home, dirname(process.execPath), process.env.PATH].join(delimiter),
      HOME: home,
      XDG_STATE_HOME: home,
      GATEHOUSE_STATE: plane.stateDirectory,
    },
  })
  const codes = stdout.trim().split("\n").map(Number)
  expect(lines.map((line, index) => [line, codes[index]])).toEqual(
    lines.map((line) => [line, expectedCode(line)]),
  )
})
