import { setTimeout as sleep } from "node:timers/promises"
import { Secret } from "@gatehouse/kernel"
import { createReplicaAuthorizer, type ReplicaAuthorizer } from "@gatehouse/openfga"
import type { CheckQuery } from "@gatehouse/rebac"
import { Pool } from "undici"
import { median } from "../report/table.ts"
import type { Command, Outcome, Target } from "./protocol.ts"

/**
 * A replica in a process of its own, as a service holds one. Takes its target from `BENCH_TARGET`, commands from its parent, and
 * answers each by what it measured. Ends with its parent.
 */
const target: Target = JSON.parse(process.env.BENCH_TARGET ?? "")
let replica: ReplicaAuthorizer | undefined

/** Nanoseconds of the machine's monotonic clock, which all processes share. */
const now = (): number => Number(process.hrtime.bigint())

function memoryBytes(): number {
  globalThis.gc?.()
  globalThis.gc?.()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/** How long a replica takes until it answers from memory, and what a tuple then takes there. */
async function load(): Promise<Outcome> {
  await replica?.close()
  replica = undefined
  const before = memoryBytes()
  const start = now()
  replica = createReplicaAuthorizer({ ...target, credential: new Secret(target.credential) })
  await replica.ready()
  const seconds = (now() - start) / 1e9
  return { seconds, bytes: memoryBytes() - before, tuples: replica.status().tuples }
}

/** How long a bare loop over Read takes that keeps nothing. */
async function readAll(): Promise<Outcome> {
  const pool = new Pool(target.url, { connections: 1 })
  const start = now()
  let tuples = 0
  let token = ""
  do {
    const { body, statusCode } = await pool.request({
      method: "POST",
      path: `/stores/${target.storeId}/read`,
      headers: { "content-type": "application/json", authorization: `Bearer ${target.credential}` },
      body: JSON.stringify({ page_size: 100, ...(token && { continuation_token: token }) }),
    })
    if (statusCode !== 200) throw new Error(`read answered ${statusCode}`)
    const page = (await body.json()) as { tuples: unknown[]; continuation_token: string }
    tuples += page.tuples.length
    token = page.continuation_token
  } while (token !== "")
  await pool.close()
  return { seconds: (now() - start) / 1e9, tuples }
}

/** When a check first comes to what is expected, asked every millisecond. */
async function waitFor(query: CheckQuery, allowed: boolean): Promise<Outcome> {
  for (;;) {
    const answer = await ready().check(query)
    if (answer.allowed === allowed) return { at: now() }
    await sleep(1)
  }
}

/** Checks a second through the whole authorizer, one after the other: the median of some rounds. */
async function measureChecks(queries: readonly CheckQuery[]): Promise<Outcome> {
  const rates: number[] = []
  for (let round = 0; round < 6; round++) {
    const start = now()
    for (const query of queries) await ready().check(query)
    if (round > 0) rates.push(queries.length / ((now() - start) / 1e9))
  }
  return { perSecond: median(rates) }
}

function ready(): ReplicaAuthorizer {
  if (replica === undefined) throw new Error("the replica was not loaded")
  return replica
}

async function run(command: Command): Promise<Outcome> {
  switch (command.kind) {
    case "load":
      return load()
    case "read_all":
      return readAll()
    case "wait_for":
      return waitFor(command.query, command.allowed)
    case "checks":
      return measureChecks(command.queries)
    case "write": {
      const at = now()
      await ready().write(command.change)
      return { at }
    }
  }
}

process.on("message", (command: Command) => {
  run(command).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => process.send?.({ failure: String(error) }),
  )
})
process.once("disconnect", () => process.exit(0))
