import { setImmediate as nextTurn } from "node:timers/promises"
import { type CompiledModel, type RelationshipTuple, validateTuple } from "@gatehouse/rebac"

/**
 * Why the model does not allow a tuple to be kept, or undefined. Others get their turn before each tuple with a condition: it may
 * bring an expression, and to read a hundred in one go would hold everyone up.
 */
export async function findMistake(
  model: CompiledModel,
  tuple: RelationshipTuple,
): Promise<string | undefined> {
  if (tuple.condition) await nextTurn()
  return validateTuple(model, tuple)
}
