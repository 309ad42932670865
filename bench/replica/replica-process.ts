import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as sleep } from "node:timers/promises"
import { Secret } from "@gatehouse/kernel"
import { createReplicaAuthorizer, type ReplicaAuthorizer } from "@gatehouse/openfga"
import type { CheckQuery } from "@gatehouse/rebac"
import { Pool } from "undici"
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

/** What a step takes, and the longest that it holds the event loop. */
async function timed(step: () => Promise<unknown>): Promise<Outcome> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const start = now()
  await step()
  const seconds = (now() - start) / 1e9
  delay.disable()
  return { seconds, holdMilliseconds: delay.max / 1e6 }
}

/** How long a replica takes until it answers from memory, and what its tuples then take there. */
async function load(): Promise<Outcome> {
  await replica?.close()
  replica = undefined
  const before = memoryBytes()
  const loaded = await timed(async () => {
    // No comparison of its own accord: one is asked for.
    const timings = { comparisonMilliseconds: 3_600_000 }
    replica = createReplicaAuthorizer({ ...target, credential: new Secret(target.credential), timings })
    await replica.ready()
  })
  return { ...loaded, bytes: memoryBytes() - before }
}

/** A full comparison with the server; nothing changes meanwhile, so there is nothing to differ. */
async function compare(): Promise<Outcome> {
  let differences = 0
  const compared = await timed(async () => {
    const { missing, extra } = await ready().compare()
    differences = missing + extra
  })
  return { ...compared, differences }
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
      body: JSON.stringify({
        page_size: 100,
        consistency: "HIGHER_CONSISTENCY",
        ...(token && { continuation_token: token }),
      }),
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
    case "compare":
      return compare()
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
