import { systemClock } from "@gatehouse/kernel"
import type { CompiledModel } from "@gatehouse/rebac"
import { readModel } from "../read-model.ts"
import { createRemoteAuthorizer } from "../remote-authorizer.ts"
import { createWireClient } from "../wire-client.ts"
import type { WireTarget } from "../wire-target.ts"
import { Comparisons } from "./comparisons.ts"
import { createFeedReader } from "./feed-reader.ts"
import { StoreFollower } from "./follow-store.ts"
import { OwnWrites } from "./own-writes.ts"
import { ReplicaAnswers } from "./replica-answers.ts"
import {
  defaultTimings,
  type ReplicaAuthorizer,
  type ReplicaAuthorizerOptions,
  type ReplicaTimings,
} from "./replica-options.ts"

/** The real server answers or gives up within 3 s; what is later is too old to answer from anyway. */
const feedTimeoutMilliseconds = 3_000

/**
 * An authorizer that holds a store's tuples in memory and follows its changes, on any server of OpenFGA's wire. It begins to load
 * at once, and until it has, it answers through the server.
 */
export function createReplicaAuthorizer(options: ReplicaAuthorizerOptions): ReplicaAuthorizer {
  const { clock = systemClock, logger, onAlarm, storeId, modelId } = options
  const timings: ReplicaTimings = { ...defaultTimings, ...options.timings }
  const remote = createRemoteAuthorizer(options)
  // With connections of its own, so that no poll waits behind questions.
  const client = createWireClient({ ...options, timeoutMilliseconds: feedTimeoutMilliseconds })
  const target: WireTarget = { client, storeId, modelId }
  let model: Promise<CompiledModel> | undefined
  const follower = new StoreFollower({
    createReader: (onSighting) => createFeedReader(target, clock, onSighting),
    // A model never changes under its id: read and compiled once.
    readModel: () => {
      model ??= readModel(target).catch((error) => {
        model = undefined
        throw error
      })
      return model
    },
    clock,
    timings,
    logger,
  })
  const writes = new OwnWrites(follower)
  const comparisons = new Comparisons({ follower, timings, logger, onAlarm })
  const answers = new ReplicaAnswers(follower, remote, timings)
  const running = follower.run()
  return {
    check: (query) => answers.check(query),
    batchCheck: (queries) => answers.batchCheck(queries),
    listObjects: (query) => answers.listObjects(query),
    listUsers: (query) => answers.listUsers(query),
    explain: (query) => answers.explain(query),
    read: (filter) => answers.read(filter),
    write: (change) => writes.write(change, () => answers.write(change)),
    health: () => answers.health(),
    ready: () => follower.ready(),
    status: () => ({
      state: follower.state,
      lagMilliseconds: follower.lagMilliseconds,
      tuples: follower.memory?.tuples.size ?? 0,
      loads: follower.loads,
    }),
    compare: () => comparisons.compare(),
    async close() {
      comparisons.stop()
      follower.stop()
      await Promise.all([client.close(), remote.close()])
      await running
    },
  }
}
