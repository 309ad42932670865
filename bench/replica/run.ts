import { existsSync } from "node:fs"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { startRealOpenfga } from "../../tests/support/real-openfga.ts"
import { serverBinary } from "../../tools/servers/server-binary.ts"
import { makePopulation } from "../authorization/population.ts"
import { startDatabase } from "../authorization/start-database.ts"
import { startEngine } from "../authorization/start-engine.ts"
import { asServer } from "../authorization/start-servers.ts"
import { createStore } from "../authorization/wire.ts"
import { benchModel } from "../rebac/population.ts"
import { describeMachine } from "../report/machine.ts"
import { markdownTable, median, wholeNumber } from "../report/table.ts"
import { writeBetweenMarkers } from "../report/write-between-markers.ts"
import { measureEngineStart } from "./measure-engine-start.ts"
import { measureRevocations } from "./measure-revocations.ts"
import type { Outcome, Target } from "./protocol.ts"
import { startReplica } from "./start-replica.ts"

/**
 * `npm run bench:replica`: what it takes to hold a million tuples in a service, and how soon a revocation is seen. Prints a table; with
 * `--write` it goes into README.md. `--tuples N` takes less, `--openfga N` so many on the real OpenFGA.
 */
const { values: options } = parseArgs({
  options: {
    tuples: { type: "string", default: "1000000" },
    openfga: { type: "string", default: "1000000" },
    write: { type: "boolean", default: false },
  },
})
/** Longer than the replica's window of changes: what fills the store is no change any more when it loads. */
const SETTLE_MILLISECONDS = 11_000

const began = performance.now()
function say(text: string): void {
  const seconds = Math.round((performance.now() - began) / 1_000)
  process.stderr.write(`[${String(seconds).padStart(4)} s] ${text}\n`)
}

type Row = readonly [figure: string, measured: string, bound: string]

const seconds = ({ seconds = Number.NaN }: Outcome): string => `${seconds.toFixed(1)} s`
const hold = ({ holdMilliseconds = Number.NaN }: Outcome): string => `${holdMilliseconds.toFixed(0)} ms`
const delays = (values: readonly number[]): string =>
  `${median(values).toFixed(0)} ms median, ${Math.max(...values).toFixed(0)} ms at most`

/** What a replica comes to on a server whose store was filled a while ago. */
async function measureReplica(name: string, target: Target, tuples: number): Promise<Row[]> {
  const one = startReplica(target)
  const other = startReplica(target)
  try {
    say(`${name}: reading all by a bare loop`)
    const bare = await one.ask({ kind: "read_all" })
    say(`${name}: loading a replica`)
    const load = await one.ask({ kind: "load" })
    await other.ask({ kind: "load" })
    say(`${name}: comparing the replica with the server`)
    const comparison = await one.ask({ kind: "compare" })
    say(`${name}: revoking`)
    const { there, here } = await measureRevocations(one, other)
    const of = `replica of ${name}, ${wholeNumber(tuples)} tuples`
    const ratio = ((load.seconds ?? 0) / (bare.seconds ?? 0)).toFixed(2)
    const bytes = ((load.bytes ?? 0) / tuples).toFixed(0)
    const isEngine = name === "the embedded engine"
    return [
      [`${of}: a bare loop over Read`, seconds(bare), ""],
      [
        `${of}: load`,
        `${seconds(load)}, ${ratio} times the loop`,
        isEngine ? "15 s at 1,000,000" : "1.3 times the loop",
      ],
      [`${of}: memory of a tuple, heap and array buffers after a collection`, `${bytes} bytes`, "300 bytes"],
      [`${of}: longest hold of the event loop while it loads`, hold(load), ""],
      [`${of}: full comparison`, `${seconds(comparison)}, ${comparison.differences} differences`, ""],
      [`${of}: longest hold of the event loop meanwhile`, hold(comparison), ""],
      [`${of}: revocation through one replica until another denies`, delays(there), "1,000 ms"],
      [`${of}: until the replica that revoked denies`, delays(here), ""],
    ]
  } finally {
    await one.stop()
    await other.stop()
  }
}

const rows: Row[] = []
say("starting PostgreSQL")
const database = await startDatabase()
try {
  const databaseUrl = database.urlOf("gatehouse_engine")
  const population = makePopulation(Number(options.tuples))
  const size = population.tuples.length
  const first = await startEngine(databaseUrl)
  say(`writing ${wholeNumber(size)} tuples to the embedded engine`)
  const store = await createStore(first.server, benchModel, population.tuples).finally(first.stop)
  await database.analyze()
  await sleep(SETTLE_MILLISECONDS)
  say("starting the engine again")
  const started = await measureEngineStart(databaseUrl, store, population)
  rows.push([
    `the embedded engine, ${wholeNumber(size)} tuples: start until it answers`,
    seconds(started),
    "15 s",
  ])
  const target = { ...started.engine.server, ...store }
  rows.push(
    ...(await measureReplica("the embedded engine", target, size).finally(() => started.engine.stop())),
  )
  if (existsSync(serverBinary("openfga"))) {
    const { tuples } = makePopulation(Math.min(Number(options.openfga), size))
    const openfga = await startRealOpenfga({ datastore: "postgres", databaseUrl: database.urlOf("openfga") })
    try {
      say(`writing ${wholeNumber(tuples.length)} tuples to OpenFGA`)
      const server = asServer("openfga", openfga)
      const filled = await createStore(server, benchModel, tuples)
      await sleep(SETTLE_MILLISECONDS)
      rows.push(...(await measureReplica("OpenFGA", { ...server, ...filled }, tuples.length)))
    } finally {
      await openfga.close()
    }
  } else say("OpenFGA is not installed, so its rows are left out: npm run servers:install openfga")
} finally {
  await database.close()
}
const { processor, cores, node, measuredAt } = describeMachine()
const text = [
  `${cores} cores (${processor}); PostgreSQL ${database.version}, Node ${node}; ${measuredAt.slice(0, 10)}.`,
  markdownTable(["figure", "measured", "bound"], rows),
].join("\n\n")
process.stdout.write(`${text}\n`)
if (options.write) writeBetweenMarkers(new URL("README.md", import.meta.url), text)
