import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"
import { parseArgs } from "node:util"
import { createJsonClient } from "@gatehouse/http/json-client"
import { revealSecret, Secret } from "@gatehouse/kernel"
import {
  createRemoteAuthorizer,
  createReplicaAuthorizer,
  ensureStore,
  type RelationshipTuple,
  type RemoteAuthorizerOptions,
} from "@gatehouse/openfga"
import { startRealOpenfga } from "../../tests/support/real-openfga.ts"
import { startDatabase } from "../authorization/start-database.ts"
import { startEngine } from "../authorization/start-engine.ts"
import { benchModel, createRandom, makeOrganization } from "../rebac/population.ts"

/**
 * What a replica costs: time to load against a bare loop over Read, bytes for each tuple, the longest that it held the event loop,
 * and how soon another replica sees a revocation. `node --expose-gc bench/replica/run.ts [--tuples N] [--server NAME]`
 */
const { values } = parseArgs({
  options: { tuples: { type: "string", default: "1000000" }, server: { type: "string" } },
})
const count = Number(values.tuples)
/** Longer than the window of changes: what fills the store is no change any more when the replica loads. */
const settleMilliseconds = 11_000
const writersAtOnce = 4
const revocations = 40

function makeTuples(): RelationshipTuple[] {
  const random = createRandom(11)
  const tuples: RelationshipTuple[] = []
  for (let organization = 0; tuples.length < count; organization++)
    tuples.push(...makeOrganization(`organization-${organization}`, random).tuples)
  tuples.length = count
  return tuples
}

async function fill(options: RemoteAuthorizerOptions): Promise<void> {
  const remote = createRemoteAuthorizer(options)
  const tuples = makeTuples()
  let next = 0
  const work = async () => {
    for (let start = next; start < tuples.length; start = next) {
      next += 100
      await remote.write({ writes: tuples.slice(start, start + 100), onDuplicate: "ignore" })
    }
  }
  await Promise.all(Array.from({ length: writersAtOnce }, work))
  await remote.close()
}

/** Seconds of a loop that asks for page after page, and only counts. */
async function readBare({ url, storeId, credential }: Target): Promise<number> {
  const client = createJsonClient({
    url,
    maximumConnections: 1,
    maximumAnswerBytes: 8 * 1024 * 1024,
    timeoutMilliseconds: 10_000,
  })
  const started = performance.now()
  let token = ""
  let read = 0
  do {
    const { body } = await client.send({
      method: "POST",
      path: `/stores/${storeId}/read`,
      headers: { authorization: `Bearer ${revealSecret(credential)}`, "content-type": "application/json" },
      body: JSON.stringify({ page_size: 100, continuation_token: token, consistency: "HIGHER_CONSISTENCY" }),
      repeatable: true,
    })
    const page = body as { tuples: unknown[]; continuation_token: string }
    read += page.tuples.length
    token = page.continuation_token
  } while (token !== "")
  const seconds = (performance.now() - started) / 1_000
  await client.close()
  if (read !== count) throw new Error(`${read} tuples were read, ${count} are stored`)
  return seconds
}

function bytesHeld(): number {
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** Milliseconds until a second replica denies what a first has revoked. */
async function measureRevocations(options: Target): Promise<number[]> {
  const [one, other] = [createReplicaAuthorizer(options), createReplicaAuthorizer(options)]
  await Promise.all([one.ready(), other.ready()])
  const tuple = { user: "user:revoked", relation: "owner", object: "organization:bench" }
  const seen: number[] = []
  for (let round = 0; round < revocations; round++) {
    await one.write({ writes: [tuple] })
    while (!(await other.check(tuple)).allowed) await sleep(1)
    // At another moment between two polls each time.
    await sleep((round * 37) % 250)
    await one.write({ deletes: [tuple] })
    const revoked = performance.now()
    while ((await other.check(tuple)).allowed) await sleep(1)
    seen.push(performance.now() - revoked)
  }
  await Promise.all([one.close(), other.close()])
  return seen.sort((a, b) => a - b)
}

type Target = RemoteAuthorizerOptions & { readonly credential: Secret }

async function measure(name: string, server: { url: string; credential: string }): Promise<void> {
  const at = { url: server.url, credential: new Secret(server.credential) }
  const options: Target = { ...at, ...(await ensureStore({ ...at, name: "replica", model: benchModel })) }
  await fill(options)
  await sleep(settleMilliseconds)
  const bare = await readBare(options)
  const before = bytesHeld()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const started = performance.now()
  delay.enable()
  const replica = createReplicaAuthorizer({ ...options, timings: { comparisonMilliseconds: 3_600_000 } })
  await replica.ready()
  const load = (performance.now() - started) / 1_000
  const heldInLoad = delay.max / 1e6
  const bytes = (bytesHeld() - before) / count
  delay.reset()
  const compared = performance.now()
  const { missing, extra } = await replica.compare()
  const compare = (performance.now() - compared) / 1_000
  const heldInCompare = delay.max / 1e6
  delay.disable()
  await replica.close()
  const seen = await measureRevocations(options)
  const figures = {
    ...{ name, tuples: count, bareReadSeconds: bare, loadSeconds: load, loadToBareRead: load / bare },
    ...{ bytesPerTuple: bytes, longestHoldInLoadMilliseconds: heldInLoad },
    ...{ compareSeconds: compare, missing, extra, longestHoldInCompareMilliseconds: heldInCompare },
    revocationSeenMilliseconds: { median: seen[seen.length >> 1], worst: seen.at(-1) },
  }
  console.log(
    JSON.stringify(figures, (_, value) => (typeof value === "number" ? Number(value.toFixed(2)) : value), 2),
  )
}

const database = await startDatabase()
try {
  if (values.server !== "openfga") {
    const engine = await startEngine(database.urlOf("gatehouse_engine"))
    await measure("gatehouse", engine.server).finally(() => engine.stop())
  }
  if (values.server !== "gatehouse") {
    const real = await startRealOpenfga({ datastore: "postgres", databaseUrl: database.urlOf("openfga") })
    await measure("openfga", real).finally(() => real.close())
  }
} finally {
  await database.close()
}
