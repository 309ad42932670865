import { Secret } from "@gatehouse/kernel"
import {
  createReplicaAuthorizer,
  ensureStore,
  type RelationshipTuple,
  type ReplicaAuthorizer,
  type ReplicaAuthorizerOptions,
  type ReplicaComparison,
} from "@gatehouse/openfga"
import { uniqueName } from "@gatehouse/postgres/testing"
import pg from "pg"
import { contractModel } from "../../engines/authorization/src/contract/model.ts"

/** A server on OpenFGA's wire that a suite has for itself: it is killed, and its database is touched behind its back. */
export interface ReplicaTarget extends AsyncDisposable {
  readonly url: string
  readonly credential: string
  /** The administrator's address of its database. */
  readonly databaseUrl: string
  /** Takes a stored tuple's row as a transaction would that is about to change it. Whoever changes it waits for the release. */
  readonly lockRow: string
  kill(): Promise<void>
  /** On the same address and database. */
  restart(): Promise<void>
}

/** A store of a test's own, and what asks it. */
export interface ReplicatedStore {
  readonly options: ReplicaAuthorizerOptions
  /** A replica of the store, loaded; closed after the test. Options say what is other than by default. */
  replica(options?: Partial<ReplicaAuthorizerOptions>): Promise<ReplicaAuthorizer>
  /** The same, not waited for. */
  start(options?: Partial<ReplicaAuthorizerOptions>): ReplicaAuthorizer
}

/** Everything that a test opens, closed in the end in the opposite order. */
export class Opened {
  readonly #closers: (() => PromiseLike<unknown>)[] = []

  add<Thing>(thing: Thing, close: (thing: Thing) => PromiseLike<unknown>): Thing {
    this.#closers.push(() => close(thing))
    return thing
  }

  async close(): Promise<void> {
    for (const close of this.#closers.reverse()) await close()
    this.#closers.length = 0
  }
}

/** Makes a store with the contract's model on a target. */
export async function openStore(target: ReplicaTarget, opened: Opened): Promise<ReplicatedStore> {
  const server = { url: target.url, credential: new Secret(target.credential) }
  const store = await ensureStore({ ...server, name: uniqueName("replica"), model: contractModel })
  const options = { ...server, ...store }
  const start = (own: Partial<ReplicaAuthorizerOptions> = {}) =>
    opened.add(createReplicaAuthorizer({ ...options, ...own }), (replica) => replica.close())
  return {
    options,
    start,
    replica: async (own) => {
      const replica = start(own)
      await replica.ready()
      return replica
    },
  }
}

/** Holds a stored tuple's row until the returned function is called, so that who changes it commits late. */
export async function lockTuple(
  target: ReplicaTarget,
  store: string,
  { user, relation, object }: RelationshipTuple,
): Promise<() => Promise<void>> {
  const client = new pg.Client({ connectionString: target.databaseUrl })
  await client.connect()
  await client.query("begin")
  const { rowCount } = await client.query(target.lockRow, [store, object, relation, user])
  if (rowCount !== 1) throw new Error("the tuple to lock is not stored")
  return async () => {
    await client.query("commit")
    await client.end()
  }
}

/** Direct viewers of documents, as most tests write them. */
export function viewer(user: string, document: string): RelationshipTuple {
  return { user: `user:${user}`, relation: "viewer", object: `document:${document}` }
}

/** Resolves when it is so; throws after thirty seconds, far beyond every bound. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const until = performance.now() + 30_000; performance.now() < until; ) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  throw new Error("it did not become so")
}

/** Compares; again where a busy machine stood still for longer than memory may be old, so that it came to nothing. */
export async function compare(replica: ReplicaAuthorizer): Promise<ReplicaComparison> {
  let comparison: ReplicaComparison | undefined
  await eventually(async () => {
    comparison = await replica.compare().catch(({ code }) => {
      if (code === "authz.unavailable") return undefined
      throw new Error(`the comparison failed: ${code}`)
    })
    return comparison !== undefined
  })
  return comparison as ReplicaComparison
}
