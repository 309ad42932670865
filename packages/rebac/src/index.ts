export type {
  AuthorizationModel,
  ConditionDefinition,
  ConditionParameter,
  ObjectRelation,
  RelationMetadata,
  RelationReference,
  TypeDefinition,
  TypeMetadata,
  Userset,
} from "./authorization-model.ts"
export { createEvaluator } from "./create-evaluator.ts"
export { diff } from "./diff/diff.ts"
export type {
  AccessChange,
  AccessGroup,
  DiffOptions,
  ModelDiff,
  RefusedTuple,
  RelationName,
  TupleChanges,
  Verdict,
} from "./diff/model-diff.ts"
export type { Evaluator } from "./evaluator.ts"
export type {
  ExplainQuery,
  Explanation,
  PathStep,
  Suggestion,
  TriedNode,
  TriedTuple,
} from "./explanation.ts"
export { type CompiledModel, compileModel, compileModelInTurns } from "./model/compiled-model.ts"
export type { ModelViolation } from "./model/model-violation.ts"
export { validateModel } from "./model/validate-model.ts"
export { validateTuple } from "./model/validate-tuple.ts"
export type {
  BatchCheckAnswer,
  CheckAnswer,
  CheckQuery,
  ExpandQuery,
  ListCursor,
  ListObjectsAnswer,
  ListObjectsQuery,
  ListUsersAnswer,
  ListUsersQuery,
  QueryContext,
  UsersetTreeNode,
} from "./queries.ts"
export {
  type ParsedObject,
  type ParsedUser,
  parseObject,
  parseUser,
  type RelationshipTuple,
  type TupleCondition,
  type TupleKey,
} from "./relationship-tuple.ts"
export { createTupleStore, type TupleChange, type TupleFilter, type TupleStore } from "./store/tuple-store.ts"
