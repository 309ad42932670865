// Runs under any Node from 20 on, before anything is installed: installs what the lock file names, then runs the command with
// the locked Node 24. Plain JavaScript for that reason.
import { spawn, spawnSync } from "node:child_process"
import { createHash } from "node:crypto"
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("..", import.meta.url))

const commands = {
  start: ["apps/cli/bin/gatehouse.mjs", "up", "--demo"],
  test: ["tools/run-tests.ts"],
  "test:contract": ["tools/run-contract-tests.ts"],
  "servers:install": ["tools/install-servers.ts"],
  conformance: ["conformance/run.ts"],
}

/** The Node that runs the sources: the locked one on Linux, the machine's own on macOS from 24.7 on (argon2). */
function runtime() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)
  if (
    process.platform === "linux" &&
    (process.arch === "x64" || process.arch === "arm64") &&
    major >= 20 &&
    hasGlibc()
  ) {
    return join(root, "node_modules", `node-linux-${process.arch}`, "bin", "node")
  }
  if (process.platform === "darwin" && (major > 24 || (major === 24 && minor >= 7))) return process.execPath
  stop(
    "Gatehouse runs on Linux with glibc (x64, arm64) and Node 20 or newer, or on macOS with Node 24.7 or newer.",
  )
}

/** The locked Node and PostgreSQL are built for glibc; Alpine's libc is another. */
function hasGlibc() {
  return process.report.getReport().header.glibcVersionRuntime !== undefined
}

function stop(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/** Installs when node_modules is not the one that the lock file describes. `npm ci` checks every package's hash. */
function install() {
  const digest = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex")
  const stamp = join(root, "node_modules", ".installed-lock")
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest && existsSync(runtime())) return
  process.stderr.write("Installing the locked packages (once; about half a minute)\n")
  const npm = process.env.npm_execpath
  const [file, prefix] = npm ? [process.execPath, [npm]] : ["npm", []]
  // Standard output stays free for what the command itself prints.
  const result = spawnSync(file, [...prefix, "ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: root,
    stdio: ["ignore", 2, 2],
  })
  if (result.status !== 0) stop("npm ci failed: the lines above say why. Nothing was started.")
  writeFileSync(stamp, digest)
}

const [name = "", ...rest] = process.argv.slice(2)
const command = commands[name]
if (!command) stop(`bootstrap takes one of: ${Object.keys(commands).join(", ")}`)
const node = runtime()
install()
const child = spawn(node, [...command, ...rest], { cwd: root, stdio: "inherit" })
// A terminal sends Ctrl-C to the whole group; a supervisor's signal reaches this process alone and is passed on.
process.on("SIGINT", () => {})
process.on("SIGTERM", () => child.kill("SIGTERM"))
child.on("error", (error) => stop(`${node} cannot be started (${error.code}): run npm ci again.`))
child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
