export { type ContextualTuplesQuery, contextualTuplesOf, groupIdsOf } from "./contextual-tuples.ts"
export {
  type Decision,
  type DecisionObject,
  type DecisionQuery,
  type DecisionsQuery,
  decide,
  decideAll,
  decideEach,
  decisionTuplesOf,
  newDecisionId,
  objectIdOf,
  type ResourceObject,
} from "./decide.ts"
export {
  type ApiKeyDecisionQuery,
  type ApiKeyRecord,
  decideForApiKey,
  type FindApiKey,
  type FindPrincipal,
} from "./decide-for-api-key.ts"
