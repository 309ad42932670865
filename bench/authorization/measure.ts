import { randomBytes } from "node:crypto"
import { cpuSeconds, processTree } from "../start/process-tree.ts"
import { type Figure, type Load, type LoadTarget, wrkLoad } from "./figures.ts"
import { runWrk } from "./run-wrk.ts"
import type { Server } from "./server.ts"
import type { Servers } from "./start-servers.ts"

/** One measurement of a load on a server. */
export interface Measurement {
  readonly values: ReadonlyMap<Figure, number>
  /** Processor time that the server and the database's processes took for one request, in microseconds. */
  readonly processorMicroseconds: number
}

/** Runs a load once. `target` without its run: writes get a new one each time. */
export async function measure(
  servers: Servers,
  server: Server,
  load: Load,
  target: Omit<LoadTarget, "run">,
  seconds: number,
): Promise<Measurement> {
  const run = randomBytes(4).toString("hex")
  const before = processorTime(servers, server)
  const result = await runWrk(server.url, wrkLoad(load, { ...target, run }, seconds))
  let spent = 0
  for (const [pid, seconds] of processorTime(servers, server)) spent += seconds - (before.get(pid) ?? 0)
  return {
    values: new Map(load.figures.map((figure) => [figure, figure.read(result)])),
    processorMicroseconds: (spent / result.requests) * 1e6,
  }
}

/** Of the server and of every process of the database, one for each connection to it. */
function processorTime(servers: Servers, server: Server): Map<number, number> {
  return cpuSeconds([...processTree(server.pid), ...processTree(servers.database.pid)])
}
