import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { benchModel } from "../rebac/population.ts"
import { describeMachine } from "../report/machine.ts"
import { writeBetweenMarkers } from "../report/write-between-markers.ts"
import { bodiesOf, type LoadTarget, loads } from "./figures.ts"
import { type Measurement, measure } from "./measure.ts"
import { type BenchOptions, readOptions } from "./options.ts"
import { makePopulation, type Population } from "./population.ts"
import { describeRun, type Measured, resultRows, resultTable } from "./report.ts"
import { assertWrk } from "./run-wrk.ts"
import type { Server } from "./server.ts"
import { type Servers, startServers } from "./start-servers.ts"
import { verifyAnswers } from "./verify-answers.ts"
import { type BenchStore, createStore } from "./wire.ts"

/**
 * `npm run bench:authorization`: the embedded engine and the real OpenFGA, with the same model and tuples, on the same PostgreSQL,
 * under the same load, taking turns. Prints a table; without `--print` it also goes into README.md and results.json.
 */
const began = performance.now()

function say(text: string): void {
  const seconds = Math.round((performance.now() - began) / 1_000)
  process.stderr.write(`[${String(seconds).padStart(4)} s] ${text}\n`)
}

type Targets = ReadonlyMap<Server, Omit<LoadTarget, "run">>

/** Fills the servers, and leaves for each what its load is to be made of. */
async function prepare(servers: Servers, population: Population, folder: string): Promise<Targets> {
  const targets = new Map<Server, Omit<LoadTarget, "run">>()
  const stores = new Map<Server, BenchStore>()
  for (const server of [servers.gatehouse, servers.openfga]) {
    say(`writing ${population.tuples.length.toLocaleString("en")} tuples to ${server.name}`)
    stores.set(server, await createStore(server, benchModel, population.tuples))
  }
  const { openfgaCached } = servers
  // One database under both, so one store: only the caches differ.
  stores.set(openfgaCached, stores.get(servers.openfga) as BenchStore)
  await servers.database.analyze()
  for (const [server, store] of stores) {
    say(`comparing the answers of ${server.name} with the evaluator's`)
    await verifyAnswers(server, store, population)
    const files = {
      checks: join(folder, `${server.name}-checks`),
      lists: join(folder, `${server.name}-lists`),
    }
    for (const kind of ["checks", "lists"] as const)
      writeFileSync(files[kind], bodiesOf(kind, population, store))
    const writesStore = await createStore(server, benchModel, [])
    targets.set(server, { credential: server.credential, store, writesStore, files })
  }
  return targets
}

async function measureAll(servers: Servers, targets: Targets, options: BenchOptions): Promise<Measured> {
  const measured = new Map<string, Record<Server["name"], Measurement[]>>()
  for (const load of loads) measured.set(load.name, { gatehouse: [], openfga: [], openfgaCached: [] })
  for (let round = 0; round <= options.rounds; round++)
    for (const load of loads)
      for (const [server, target] of targets) {
        // The first round warms every path up, and is not counted.
        const seconds = round === 0 ? 1 : options.seconds
        const one = await measure(servers, server, load, target, seconds)
        if (round === 0) continue
        measured.get(load.name)?.[server.name].push(one)
        const shown = [...one.values].map(
          ([{ name, unit }, value]) => `${name}: ${Math.round(value)} ${unit}`,
        )
        say(`round ${round} of ${options.rounds} · ${server.name} · ${shown.join(", ")}`)
      }
  return measured
}

const options = readOptions(process.argv.slice(2))
assertWrk()
const folder = mkdtempSync(join(tmpdir(), "gatehouse-bench-"))
let servers: Servers | undefined
try {
  say("starting PostgreSQL, the embedded engine, and OpenFGA without and with its caches")
  servers = await startServers()
  const targets = await prepare(servers, makePopulation(options.tuples), folder)
  const rows = resultRows(await measureAll(servers, targets, options))
  const machine = describeMachine()
  const sentence = describeRun(machine, options, servers.database.version)
  const table = resultTable(rows)
  process.stdout.write(`${sentence}\n\n${table}\n`)
  if (!options.print) {
    const { seconds, rounds, tuples } = options
    const results = { machine, postgres: servers.database.version, seconds, rounds, tuples, rows }
    writeFileSync(new URL("results.json", import.meta.url), `${JSON.stringify(results, null, 2)}\n`)
    writeBetweenMarkers(new URL("README.md", import.meta.url), `${sentence}\n\n${table}`)
  }
} finally {
  await servers?.close()
  rmSync(folder, { recursive: true, force: true })
}
