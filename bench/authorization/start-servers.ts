import { type RealOpenfga, startRealOpenfga } from "../../tests/support/real-openfga.ts"
import type { Server } from "./server.ts"
import { type BenchDatabase, startDatabase } from "./start-database.ts"
import { startEngine } from "./start-engine.ts"

/** The servers, and the database server that all of them keep their state in. */
export interface Servers {
  readonly gatehouse: Server
  readonly openfga: Server
  /** On the same database as `openfga`, with the check and list caches on. */
  readonly openfgaCached: Server
  readonly database: BenchDatabase
  close(): Promise<void>
}

/** Every cache that OpenFGA 1.22.1 has for questions, with its own limits and lifetimes (10 s). */
const cacheFlags = [
  "--check-query-cache-enabled",
  "--check-iterator-cache-enabled",
  "--list-objects-iterator-cache-enabled",
  "--shared-iterator-enabled",
  "--cache-controller-enabled",
]

/** Starts everything on free ports of loopback. */
export async function startServers(): Promise<Servers> {
  const closers: (() => Promise<unknown>)[] = []
  const close = async () => {
    for (const closer of closers.splice(0).reverse()) await closer()
  }
  try {
    const database = await startDatabase()
    closers.push(() => database.close())
    const engine = await startEngine(database.urlOf("gatehouse_engine"))
    closers.push(() => engine.stop())
    const options = { datastore: "postgres", databaseUrl: database.urlOf("openfga") } as const
    const openfga = await startRealOpenfga(options)
    closers.push(() => openfga.close())
    const cached = await startRealOpenfga({ ...options, arguments: cacheFlags })
    closers.push(() => cached.close())
    return {
      gatehouse: engine.server,
      openfga: asServer("openfga", openfga),
      openfgaCached: asServer("openfgaCached", cached),
      database,
      close,
    }
  } catch (error) {
    await close()
    throw error
  }
}

/** A real OpenFGA as the bench sees every server. */
export function asServer(name: Server["name"], { url, credential, pid }: RealOpenfga): Server {
  return { name, url, credential, pid }
}
