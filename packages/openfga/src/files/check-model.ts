import { isGatehouseError } from "@gatehouse/kernel"
import {
  type AuthorizationModel,
  type CompiledModel,
  compileModel,
  type RelationshipTuple,
  validateTuple,
} from "@gatehouse/rebac"
import { type FileMistake, fileError } from "./file-errors.ts"
import { placeOf } from "./places.ts"

/** A model that was read from a file, made ready for questions. Throws `openfga.file_model_invalid` with every rule that it breaks. */
export function checkModel(model: AuthorizationModel, file: string): CompiledModel {
  try {
    return compileModel(model)
  } catch (error) {
    const violations = isGatehouseError(error) ? error.details.violations : undefined
    if (!Array.isArray(violations)) throw error
    const [first, ...rest] = violations.map((one: { readonly message: string }) => ({
      file,
      reason: one.message,
    }))
    if (first === undefined) throw error
    throw fileError("openfga.file_model_invalid", [first, ...rest], error)
  }
}

/** Holds that a model allows tuples that were read from files. Throws `openfga.file_tuple_invalid` with every one that it does not. */
export function checkTuples(model: CompiledModel, tuples: readonly RelationshipTuple[], file: string): void {
  const [first, ...rest] = tuples.flatMap((tuple): FileMistake[] => {
    const reason = validateTuple(model, tuple)
    return reason === undefined ? [] : [{ ...(placeOf(tuple) ?? { file }), reason }]
  })
  if (first !== undefined) throw fileError("openfga.file_tuple_invalid", [first, ...rest])
}
