import type { ExplainQuery, Explanation } from "./explanation.ts"
import type {
  BatchCheckAnswer,
  CheckAnswer,
  CheckQuery,
  ExpandQuery,
  ListObjectsAnswer,
  ListObjectsQuery,
  ListUsersAnswer,
  ListUsersQuery,
  UsersetTreeNode,
} from "./queries.ts"

/**
 * Answers questions about one model and one store, in process. Every method throws `GatehouseError`:
 * `rebac.invalid_request`, `rebac.type_not_found`, `rebac.relation_not_found`, `rebac.invalid_tuple` (a contextual one) for a
 * question the model does not know, `rebac.resolution_too_complex` over depth or budget, `rebac.condition_failed` where a
 * condition that matters lacks a parameter. An exception is a denial.
 */
export interface Evaluator {
  check(query: CheckQuery): CheckAnswer
  /**
   * Answers many checks in their order, each by itself: one's error stays with it. Each is answered when it is asked for, so that a
   * caller with many lets others go first in between; what is asked for after a write sees it.
   */
  batchCheck(queries: Iterable<CheckQuery>): IterableIterator<BatchCheckAnswer>
  listObjects(query: ListObjectsQuery): ListObjectsAnswer
  listUsers(query: ListUsersQuery): ListUsersAnswer
  expand(query: ExpandQuery): { readonly root: UsersetTreeNode }
  /** Why a check answers as it does, and for a denial the smallest change that would allow it. */
  explain(query: ExplainQuery): Explanation
}
