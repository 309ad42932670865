import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { describe, expect, onTestFinished, test } from "vitest"
import { commandTree } from "./command/command-tree.ts"
import { readEnvironment } from "./environment.ts"
import { main } from "./main.ts"
import type { Terminal } from "./terminal.ts"
import { version } from "./version.ts"

const bin = fileURLToPath(new URL("../bin/gatehouse.mjs", import.meta.url))

/** Without it each process would compile all its sources anew. */
const compiledCode = fileURLToPath(new URL("../../../node_modules/.cache/gatehouse-tests", import.meta.url))

interface Result {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** An empty folder that goes with the test. */
function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-cli-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** An environment with an empty home. */
function emptyEnvironment(): Record<string, string> {
  const home = emptyFolder()
  return { HOME: home, XDG_STATE_HOME: home, GATEHOUSE_STATE: join(home, "state") }
}

/** Runs the command line as a user does, in a process of its own without a terminal. */
function spawned(words: readonly string[], environment: Record<string, string> = {}): Result {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words], {
    encoding: "utf8",
    input: "",
    env: { PATH: process.env.PATH, NODE_COMPILE_CACHE: compiledCode, ...emptyEnvironment(), ...environment },
  })
  return { status: status ?? -1, stdout, stderr }
}

/** Runs the command line in this process, which takes a hundredth of the time. */
async function gatehouse(
  words: readonly string[],
  environment: Record<string, string> = {},
): Promise<Result> {
  let stdout = ""
  let stderr = ""
  const terminal: Terminal = {
    out: (line) => {
      stdout += `${line}\n`
    },
    outBytes: (bytes) => {
      stdout += Buffer.from(bytes).toString()
    },
    note: (line) => {
      stderr += `${line}\n`
    },
    replaceLine: () => {},
    interactive: false,
    columns: undefined,
    style: (_format, text) => text,
    readInput: async () => "",
    readInputBytes: async function* () {},
  }
  const status = await main(words, terminal, readEnvironment({ ...emptyEnvironment(), ...environment }))
  return { status, stdout, stderr }
}

const allCommands = Object.entries(commandTree).flatMap(([name, entry]) =>
  "commands" in entry ? Object.keys(entry.commands).map((sub) => [name, sub]) : [[name]],
)

describe("gatehouse", () => {
  test("--version prints the release and nothing else", async () => {
    expect(await gatehouse(["--version"])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: "" })
  })

  test("--help lists every command on standard output; without a word the same is a usage error", async () => {
    const help = await gatehouse(["--help"])
    expect(help.status).toBe(0)
    for (const words of allCommands) expect(help.stdout).toContain(`  ${words.join(" ")} `)
    expect(await gatehouse([])).toMatchObject({ status: 2, stdout: help.stdout })
  })

  test.each(allCommands.map((words) => [words.join(" "), words] as const))(
    "%s --help shows its usage and does nothing",
    async (name, words) => {
      const help = await gatehouse([...words, "--help"])
      expect(help).toMatchObject({ status: 0, stderr: "" })
      expect(help.stdout).toContain(`USAGE gatehouse ${name}`)
    },
  )

  test("help exit-codes lists what commands end with", async () => {
    const { stdout, status } = await gatehouse(["help", "exit-codes"])
    expect(status).toBe(0)
    for (const code of ["0  done", "2  the command line is wrong", "3  denied", "4  not found"])
      expect(stdout).toContain(code)
  })

  test.each([
    [["lgoin"]],
    [["project", "lst"]],
    [["project", "grant", "p"]],
    [["project", "grant", "p", "emperor", "u"]],
    [["project", "list", "extra"]],
    [["status", "--jsn"]],
    [["up", "--port", "x"]],
    [["up", "--allow", "everything"]],
    [["login"]],
    [["login", "--organization", "acme", "--username", "u"]],
    [["login", "--organization", "acme", "--password-stdin"]],
    [["login", "--organization", "acme", "--demo", "viewer", "--username", "u", "--password-stdin"]],
    [["sbom", "list", "--limit", "0"]],
    [["constructor"]],
    [["project", "toString"]],
  ])("%j is a usage error: one line, then the usage", async (words) => {
    const result = await gatehouse(words)
    expect(result).toMatchObject({ status: 2, stdout: "" })
    const lines = result.stderr.trimEnd().split("\n")
    expect(lines).toHaveLength(2)
    expect(lines[0]).toMatch(/^gatehouse: .+ \(cli\.usage\)$/)
    expect(lines[1]).toMatch(/^Usage: gatehouse/)
  })

  test("an option that only the server finds wrong is a usage error too", async () => {
    const result = await gatehouse(["doctor", "--port", "99999"])
    expect([result.status, result.stderr]).toEqual([
      2,
      expect.stringMatching(/^gatehouse: .+ \(server\.invalid_option\)\nUsage: gatehouse doctor/),
    ])
  })

  test.each([
    [["whoami"]],
    [["token"]],
    [["logout"]],
    [["project", "list"]],
    [["check", "can_read", "project:x"]],
    [["sbom", "list"]],
  ])("%j without a login says how to log in, and ends with 5", async (words) => {
    const result = await gatehouse(words)
    expect(result).toMatchObject({ status: 5, stdout: "" })
    expect(result.stderr).toMatch(
      /^gatehouse: Nobody is logged in here\. Run gatehouse login .+ \(cli\.not_logged_in\)\n$/,
    )
  })

  test("with --json an error is one line of JSON with the same code", async () => {
    const result = await gatehouse(["whoami", "--json"])
    expect(result.status).toBe(5)
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { code: "cli.not_logged_in", status: 401 } })
  })

  test.each([
    [["login", "--organization", "acme", "--demo", "viewer"], 4, "cli.unknown_organization"],
    [["login", "--organization", "http://example.org"], 4, "cli.unknown_organization"],
    [["login", "--organization", "ftp://acme.localhost"], 4, "cli.unknown_organization"],
    [["login", "--organization", "http://acme.localhost:1"], 1, "cli.unreachable"],
    [["sbom", "upload", "/no/such/file"], 6, "cli.file_unreadable"],
    [["sbom", "upload", "/"], 6, "cli.file_unreadable"],
    [["reset"], 6, "cli.not_confirmed"],
    [["status"], 1, "server.not_running"],
    [["stop"], 1, "server.not_running"],
  ])("%j ends with %i and %s, on one line", async (words, status, code) => {
    const result = await gatehouse(words)
    expect([result.status, result.stderr]).toEqual([
      status,
      expect.stringMatching(new RegExp(`^gatehouse: .+ \\(${code.replace(".", "\\.")}\\)\n$`)),
    ])
  })

  test("a damaged file of logins is named, and left alone", async () => {
    const folder = emptyFolder()
    mkdirSync(join(folder, "gatehouse"))
    writeFileSync(join(folder, "gatehouse", "logins.json"), "not json")
    const result = await gatehouse(["whoami"], { XDG_STATE_HOME: folder })
    expect([result.status, result.stderr]).toEqual([1, expect.stringContaining("(cli.logins_damaged)")])
    expect(readFileSync(join(folder, "gatehouse", "logins.json"), "utf8")).toBe("not json")
  })
})

describe("the installed command", () => {
  test("runs from any folder, prints to a pipe without escapes, and ends with the exit code", () => {
    for (const environment of [{}, { NO_COLOR: "1" }]) {
      const help = spawned(["--help"], environment)
      expect([help.status, help.stderr]).toEqual([0, ""])
      expect(help.stdout).toContain("sbom upload")
      expect(help.stdout).not.toContain("\u001b")
    }
    expect(spawned(["whoami"])).toMatchObject({ status: 5, stdout: "" })
    expect(spawned(["whoamy"]).status).toBe(2)
  })

  test("a reader that has had enough ends it quietly", () => {
    const shell = spawnSync("sh", ["-c", `"${process.execPath}" "${bin}" --help | head -n 1`], {
      encoding: "utf8",
    })
    expect(shell).toMatchObject({ status: 0, stderr: "", stdout: expect.stringMatching(/^gatehouse .+\n$/) })
  })

  test("a start that asks nobody loads a few files, so that nobody waits for it", () => {
    const preload = join(emptyFolder(), "loaded.mjs")
    writeFileSync(
      preload,
      `import { registerHooks } from "node:module"
      registerHooks({
        load(url, context, next) {
          if (url.startsWith("file:")) process.stderr.write(url + "\\n")
          return next(url, context)
        },
      })`,
    )
    for (const word of ["--version", "--help"]) {
      const { status, stderr } = spawned([word], { NODE_OPTIONS: `--import ${preload}` })
      expect(status).toBe(0)
      const loaded = stderr.trim().split("\n")
      expect(loaded).toContain(pathToFileURL(bin).href)
      // Those of the server, or of what asks one, are hundreds.
      expect(loaded.length).toBeLessThan(25)
      expect(loaded.filter((url) => url.includes("/packages/"))).toEqual([])
    }
  })

  test("an older Node gets one line, or hands over to the locked one", () => {
    const preload = join(emptyFolder(), "older.mjs")
    // Stands for Node 20: the version is all that the command looks at before it decides.
    writeFileSync(
      preload,
      `if (!process.env.GATEHOUSE_HANDED_OVER) Object.defineProperty(process.versions, "node", { value: "20.11.0" })`,
    )
    const older = spawned(["--version"], { NODE_OPTIONS: `--import ${preload}` })
    if (process.platform === "linux") expect(older).toMatchObject({ status: 0, stdout: `${version}\n` })
    else expect([older.status, older.stderr]).toEqual([1, expect.stringContaining("needs Node 24.7")])
  })
})
