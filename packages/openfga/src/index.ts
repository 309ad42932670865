export type { Explanation, RelationshipTuple } from "@gatehouse/rebac"
export type {
  Authorizer,
  CheckOutcome,
  CheckQuery,
  Consistency,
  ListObjectsOutcome,
  ListObjectsQuery,
  ListUsersOutcome,
  ListUsersQuery,
  ReadFilter,
  TupleChange,
} from "./authorizer.ts"
export { type EnsuredStore, type EnsureStoreOptions, ensureStore } from "./ensure-store.ts"
export {
  createRemoteAuthorizer,
  type RemoteAuthorizer,
  type RemoteAuthorizerOptions,
} from "./remote-authorizer.ts"
export { createReplicaAuthorizer } from "./replica/create-replica-authorizer.ts"
export type {
  ReplicaAlarm,
  ReplicaAuthorizer,
  ReplicaAuthorizerOptions,
  ReplicaComparison,
  ReplicaLogger,
  ReplicaState,
  ReplicaStatus,
  ReplicaTimings,
} from "./replica/replica-options.ts"
