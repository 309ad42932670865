import { execFile, spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { expect, test } from "vitest"

const isRoot = process.getuid?.() === 0
const dropsRight = ["--bounding-set=-setuid", "--inh-caps=-setuid"]
const canDrop = isRoot && spawnSync("setpriv", [...dropsRight, "true"]).status === 0
const urlOf = (file: string) => new URL(file, import.meta.url).href
const self = fileURLToPath(new URL(".", import.meta.url))

/** Prints the code that starting a program as another user ends with, and whether that user counts as one to run as. */
const program = `
const { runProgram } = await import(${JSON.stringify(urlOf("./run-program.ts"))})
const { canRunAs } = await import(${JSON.stringify(urlOf("./can-run-as.ts"))})
const user = { uid: 65534, gid: 65534 }
const outcome = await runProgram("true", [], { folder: "/", user }).then(() => "ran", (error) => error.code)
console.log(JSON.stringify({ outcome, may: canRunAs(user) }))
`

async function outcomeUnder(command: readonly string[]): Promise<unknown> {
  const [first = "", ...rest] = [...command, process.execPath, "--input-type=module", "--eval", program]
  const { stdout } = await promisify(execFile)(first, rest, { cwd: self })
  return JSON.parse(stdout)
}

test.runIf(canDrop)(
  "root without the right to change user is told so, before and when it tries",
  async () => {
    expect(await outcomeUnder(["setpriv", ...dropsRight])).toEqual({
      outcome: "postgres.cannot_change_user",
      may: false,
    })
  },
)

test.runIf(!isRoot)("an ordinary user can't run programs as another, and is told so", async () => {
  expect(await outcomeUnder([])).toEqual({ outcome: "postgres.cannot_change_user", may: false })
})

test.runIf(canDrop)("root may run programs as another user", async () => {
  expect(await outcomeUnder([])).toEqual({ outcome: "ran", may: true })
})
