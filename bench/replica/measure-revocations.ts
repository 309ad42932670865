import { setTimeout as sleep } from "node:timers/promises"
import type { ReplicaProcess } from "./start-replica.ts"

const REVOCATIONS = 40
/** How often replicas ask for changes: each revocation comes at another moment between two polls. */
const POLL_MILLISECONDS = 250

/** Milliseconds from the call that revokes through one replica until the other one denies, and until it does itself. */
export async function measureRevocations(
  one: ReplicaProcess,
  other: ReplicaProcess,
): Promise<{ readonly there: readonly number[]; readonly here: readonly number[] }> {
  const there: number[] = []
  const here: number[] = []
  const tuple = { user: "user:bench/revoked", relation: "owner", object: "organization:bench" }
  for (let index = 0; index < REVOCATIONS; index++) {
    await one.ask({ kind: "write", change: { writes: [tuple] } })
    await other.ask({ kind: "wait_for", query: tuple, allowed: true })
    await sleep((index * 37) % POLL_MILLISECONDS)
    const denied = other.ask({ kind: "wait_for", query: tuple, allowed: false })
    const { at: written = 0 } = await one.ask({ kind: "write", change: { deletes: [tuple] } })
    const { at: own = 0 } = await one.ask({ kind: "wait_for", query: tuple, allowed: false })
    const { at = 0 } = await denied
    there.push((at - written) / 1e6)
    here.push((own - written) / 1e6)
  }
  return { there, here }
}
