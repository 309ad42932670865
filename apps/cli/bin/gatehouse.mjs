#!/usr/bin/env node
// Plain JavaScript, so that any Node from 20 on can read it and say what is wrong, or hand over to the locked Node.
import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

/** Sources are run by type stripping, and passwords are hashed by node:crypto's Argon2: both are there from 24.7 on. */
const minimum = [24, 7]

/** Tells the second process that it is one, so that nothing is handed over for ever. */
const handedOver = "GATEHOUSE_HANDED_OVER"

const here = dirname(fileURLToPath(import.meta.url))

function isNewEnough(text) {
  const [major = 0, minor = 0] = text.split(".").map(Number)
  return major > minimum[0] || (major === minimum[0] && minor >= minimum[1])
}

/** The locked Node that npm installed beside the sources, in the nearest node_modules above. */
function findLockedNode() {
  for (let folder = here; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", `node-${process.platform}-${process.arch}`, "bin", "node")
    if (existsSync(candidate)) return candidate
    if (folder === dirname(folder)) return undefined
  }
}

function fail(message) {
  process.stderr.write(`gatehouse: ${message}\n`)
  process.exit(1)
}

/** Runs the same command line with another Node. Ctrl-C reaches both; a supervisor's signal is passed on. */
function handOver(node) {
  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, [handedOver]: "1" },
  })
  process.on("SIGINT", () => {})
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal))
  child.on("error", (error) => fail(`${node} cannot be started (${error.code}). Run npm ci again.`))
  child.on("exit", (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
}

async function run() {
  const { readEnvironment } = await import("../src/environment.ts")
  const { keepCompiledCode } = await import("../src/compile-cache.ts")
  keepCompiledCode(readEnvironment().stateDirectory)
  const { main } = await import("../src/main.ts")
  process.exitCode = await main(process.argv.slice(2))
}

if (isNewEnough(process.versions.node)) await run()
else {
  const locked = findLockedNode()
  if (locked === undefined || process.env[handedOver]) {
    fail(
      `needs Node ${minimum.join(".")} or newer, this is ${process.versions.node}. Run npm ci in the clone, which brings it (Linux), or install Node 24.`,
    )
  } else handOver(locked)
}
