import { spawn } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { removeEmbeddedCluster } from "@gatehouse/postgres"
import { findFreePortSpan } from "../../tests/support/free-port-span.ts"
import { median } from "../report/table.ts"
import { processTree, pssMegabytes } from "./process-tree.ts"

/**
 * `npm run bench:start`: from process start to ready, on a new state directory and on one that exists, and the memory of the
 * whole process tree ten seconds after ready. Prints a table and, without `--print`, writes it beside
 * this file.
 */
const rounds = 3
const settleMilliseconds = 10_000
const command = fileURLToPath(new URL("../../apps/cli/bin/gatehouse.mjs", import.meta.url))

interface Figures {
  readonly readySeconds: number
  readonly megabytes: number
  readonly processes: number
}

async function measure(state: string, port: number, settle: boolean): Promise<Figures> {
  const began = performance.now()
  const child = spawn(
    process.execPath,
    [command, "up", "--demo", "--json", "--state", state, "--port", String(port)],
    {
      stdio: ["ignore", "pipe", "inherit"],
    },
  )
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve))
  try {
    await readyLine(child.stdout, exited)
    const readySeconds = (performance.now() - began) / 1000
    if (settle) await new Promise((resolve) => setTimeout(resolve, settleMilliseconds))
    const tree = processTree(child.pid as number)
    return { readySeconds, megabytes: settle ? pssMegabytes(tree) : 0, processes: tree.length }
  } finally {
    child.kill("SIGTERM")
    await exited
  }
}

function readyLine(stream: NodeJS.ReadableStream, exited: Promise<number | null>): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = ""
    stream.on("data", (chunk: Buffer) => {
      text += chunk
      if (/"step":"ready"/.test(text)) resolve()
    })
    void exited.then((code) =>
      reject(new Error(`gatehouse up ended with ${code} before it was ready:\n${text}`)),
    )
  })
}

const first: Figures[] = []
const second: Figures[] = []
for (let round = 0; round < rounds; round += 1) {
  const state = mkdtempSync(join(tmpdir(), "gatehouse-bench-"))
  chmodSync(state, 0o711)
  const port = await findFreePortSpan()
  try {
    first.push(await measure(state, port, false))
    second.push(await measure(state, port, true))
  } finally {
    await removeEmbeddedCluster(state)
    rmSync(state, { recursive: true, force: true })
  }
}
const row = (name: string, values: readonly number[], unit: string, bound: string) =>
  `| ${name} | ${median(values).toFixed(2)} ${unit} | ${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)} | ${bound} |`
const table = [
  `| figure (median of ${rounds}) | measured | range | bound |`,
  "|---|---|---|---|",
  row(
    "first start, process start to ready",
    first.map((figures) => figures.readySeconds),
    "s",
    "6 s",
  ),
  row(
    "second start, process start to ready",
    second.map((figures) => figures.readySeconds),
    "s",
    "3 s",
  ),
  row(
    "memory of the process tree (PSS), 10 s after ready",
    second.map((figures) => figures.megabytes),
    "MB",
    "400 MB",
  ),
].join("\n")
process.stdout.write(`${table}\n`)
// CI measures too, and leaves the checkout as it is.
if (process.argv.includes("--print")) process.exit(0)

writeFileSync(
  new URL("README.md", import.meta.url),
  `# Time to ready, and memory\n\n\`npm run bench:start\` on Linux; two cores, Node ${process.versions.node}. PSS counts shared pages once.\n\n${table}\n`,
)
