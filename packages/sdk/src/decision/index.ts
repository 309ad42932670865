export { type ContextualTuplesQuery, contextualTuplesOf, groupIdsOf } from "./contextual-tuples.ts"
export {
  type Decision,
  type DecisionObject,
  type DecisionQuery,
  decide,
  decisionTuplesOf,
  newDecisionId,
  objectIdOf,
  type ResourceObject,
} from "./decide.ts"
