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
export { type CompiledModel, compileModel, createEvaluator, validateTuple } from "./create-evaluator.ts"
export type {
  CheckAnswer,
  CheckQuery,
  Evaluator,
  ExpandQuery,
  ListObjectsAnswer,
  ListObjectsQuery,
  ListUsersAnswer,
  ListUsersQuery,
  QueryContext,
  UsersetTreeNode,
} from "./evaluator.ts"
export type {
  ExplainQuery,
  Explanation,
  PathStep,
  Suggestion,
  TriedNode,
  TriedTuple,
} from "./explanation.ts"
export {
  type ParsedObject,
  type ParsedUser,
  parseObject,
  parseUser,
  type RelationshipTuple,
  type TupleCondition,
  type TupleKey,
} from "./relationship-tuple.ts"
export { createTupleStore, type TupleChange, type TupleFilter, type TupleStore } from "./tuple-store.ts"
