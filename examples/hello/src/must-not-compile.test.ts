import { spawnSync } from "node:child_process"
import { readdirSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

const folder = fileURLToPath(new URL("../must-not-compile/", import.meta.url))
const compiler = join(
  dirname(createRequire(import.meta.url).resolve("typescript/package.json")),
  "bin",
  "tsc",
)

/** The errors that a file announces: `// must not compile: TS2339` stands above the line that has it. */
function announced(file: string): string[] {
  const lines = readFileSync(join(folder, file), "utf8").split("\n")
  return lines.flatMap((line, index) => {
    const code = /^\/\/ must not compile: (TS\d+)$/.exec(line)?.[1]
    return code ? [`${file}:${index + 2} ${code}`] : []
  })
}

function reported(): string[] {
  const { stdout } = spawnSync(process.execPath, [compiler, "-p", folder, "--pretty", "false"], {
    encoding: "utf8",
    cwd: folder,
  })
  return [...stdout.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+)/gm)].map(
    ([, file, line, code]) => `${file}:${line} ${code}`,
  )
}

describe("the compiler", () => {
  const files = readdirSync(folder).filter((name) => name.endsWith(".ts"))
  const errors = reported()

  test.each([
    ["unchecked-query.ts", 6],
    ["wrong-verb.ts", 8],
    ["forged-grant.ts", 5],
    ["early-answer.ts", 2],
  ])("refuses each marked line of %s, and no other", (file, count) => {
    expect(announced(file)).toHaveLength(count)
    expect(errors.filter((error) => error.startsWith(`${file}:`))).toEqual(announced(file))
  })

  test("finds nothing else wrong there", () => {
    expect(errors.toSorted()).toEqual(files.flatMap(announced).toSorted())
  })
})
