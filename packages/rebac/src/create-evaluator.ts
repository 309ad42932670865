import type { AuthorizationModel } from "./authorization-model.ts"
import type { Evaluator } from "./evaluator.ts"
import { createNaiveEvaluator, naiveTupleMistake } from "./naive-evaluator.ts"
import type { RelationshipTuple } from "./relationship-tuple.ts"
import type { TupleStore } from "./tuple-store.ts"

/** A model made ready for questions. Opaque: `model` is what it was compiled from. */
export interface CompiledModel {
  readonly model: AuthorizationModel
}

/** Makes a model ready. Throws `rebac.invalid_model` with every violation in `details.violations`. */
export function compileModel(model: AuthorizationModel): CompiledModel {
  return { model }
}

/** Why the model does not allow the tuple, in OpenFGA's words, or undefined where it does. */
export function validateTuple(model: CompiledModel, tuple: RelationshipTuple): string | undefined {
  return naiveTupleMistake(model.model, tuple)
}

/** Answers questions about the store's tuples as they are at the moment of the question, under the given model. */
export function createEvaluator(model: CompiledModel, tuples: TupleStore): Evaluator {
  return createNaiveEvaluator(model.model, tuples)
}
