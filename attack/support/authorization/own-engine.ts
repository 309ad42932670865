import { isGatehouseError, Secret } from "@gatehouse/kernel"
import { createReplicaAuthorizer, type ReplicaAuthorizer } from "@gatehouse/openfga"
import { afterAll, expect } from "vitest"
import { createWire, prepareStore } from "../../../engines/authorization/src/contract/wire.ts"
import {
  startTestEngine,
  type TestEngine,
} from "../../../engines/authorization/src/testing/start-test-engine.ts"
import type { Decider, MakeDecider, Verdict } from "./decider.ts"
import { createStoreWriter, createWireDeciderOf } from "./store-decider.ts"

/** Deciders on an engine of the test file's own. */
export interface OwnEngine {
  /** The engine over its HTTP wire. */
  readonly overWire: MakeDecider
  /** A replica of the engine's store. Others write; it follows. */
  readonly inReplica: MakeDecider
}

/** A test looks at its newest stores; replicas of older ones would only poll. */
const replicasAtOnce = 4

/** An engine on a real PostgreSQL, started at its first use and stopped after the file's tests. */
export function useOwnEngine(): OwnEngine {
  let starting: Promise<TestEngine> | undefined
  const replicas: ReplicaAuthorizer[] = []
  const engine = () => {
    starting ??= startTestEngine()
    return starting
  }
  afterAll(async () => {
    await Promise.all(replicas.map((replica) => replica.close()))
    await (await starting)?.close()
  })
  return {
    overWire: async (model) => {
      const wire = createWire(await engine())
      return createWireDeciderOf(wire, await prepareStore(wire, model), model)
    },
    inReplica: async (model) => {
      const { url, credential } = await engine()
      const wire = createWire({ url, credential })
      const store = await prepareStore(wire, model)
      const replica = createReplicaAuthorizer({
        url,
        credential: new Secret(credential),
        storeId: store.store,
        modelId: store.modelId,
        // A busy machine polls late; what is tested here is the answer, not the lag.
        timings: { pollMilliseconds: 20, maximumLagMilliseconds: 20_000 },
      })
      replicas.push(replica)
      if (replicas.length > replicasAtOnce) await replicas.shift()?.close()
      await replica.ready()
      return createReplicaDecider(replica, createStoreWriter(wire, store, model))
    },
  }
}

function createReplicaDecider(
  replica: ReplicaAuthorizer,
  writer: ReturnType<typeof createStoreWriter>,
): Decider {
  let isBehind = false
  const changed =
    <Given>(change: (...given: readonly Given[]) => Promise<void>) =>
    async (...given: readonly Given[]) => {
      await change(...given)
      isBehind = true
    }
  /** From memory alone: where the server would answer in its place, the test fails. */
  const inMemory = async <Answer>(ask: () => Promise<Answer>): Promise<Answer | undefined> => {
    if (isBehind)
      await replica.batchCheck([{ ...anything, consistency: "after_call" }]).catch(() => undefined)
    isBehind = false
    expect(replica.status().state).toBe("following")
    try {
      return await ask()
    } catch (error) {
      if (isGatehouseError(error)) return undefined
      throw error
    }
  }
  const verdictOf = (allowed: boolean | undefined): Verdict =>
    allowed === undefined ? "error" : allowed ? "allow" : "deny"
  return {
    write: changed(writer.write),
    delete: changed(writer.delete),
    plant: changed(writer.plant),
    refuses: async (one) => {
      const refused = await writer.refuses(one)
      isBehind = true
      return refused
    },
    check: async (user, relation, object, more = {}) =>
      verdictOf((await inMemory(() => replica.check({ user, relation, object, ...more })))?.allowed),
    listObjects: async (user, relation, type, more = {}) =>
      (await inMemory(() => replica.listObjects({ user, relation, type, ...more })))?.objects.sort(),
    listUsers: async (object, relation, type, more = {}) =>
      (
        await inMemory(() => replica.listUsers({ object, relation, filter: { type }, ...more }))
      )?.users.sort(),
  }
}

/** A question that waits for a poll; its answer does not matter. */
const anything = { user: "anything:1", relation: "anything", object: "anything:2" }
