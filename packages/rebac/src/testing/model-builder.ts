import { transformer } from "@openfga/syntax-transformer"
import type { AuthorizationModel } from "../authorization-model.ts"
import { createEvaluator } from "../create-evaluator.ts"
import type { Evaluator } from "../evaluator.ts"
import { compileModel } from "../model/compiled-model.ts"
import type { RelationshipTuple } from "../relationship-tuple.ts"
import { createTupleStore, type TupleStore } from "../store/tuple-store.ts"

/** A model from OpenFGA's language, without its first two lines. */
export function modelOf(types: string): AuthorizationModel {
  return transformer.transformDSLToJSONObject(`model\n  schema 1.1\n${types}`)
}

/** A tuple written `object#relation@user`. */
export function tupleOf(text: string): RelationshipTuple {
  const at = text.indexOf("@")
  const hash = text.indexOf("#")
  return { object: text.slice(0, hash), relation: text.slice(hash + 1, at), user: text.slice(at + 1) }
}

/** An evaluator over tuples, each written `object#relation@user` or in full, and the store behind it. */
export function evaluatorOf(
  types: string,
  tuples: readonly (string | RelationshipTuple)[],
): { readonly evaluator: Evaluator; readonly store: TupleStore } {
  const store = createTupleStore()
  store.write({ writes: tuples.map((tuple) => (typeof tuple === "string" ? tupleOf(tuple) : tuple)) })
  return { evaluator: createEvaluator(compileModel(modelOf(types)), store), store }
}

/** What a check comes to: allowed, denied, or the code of the error it ends in. */
export function checkOf(
  evaluator: Evaluator,
  question: string,
  rest: Partial<Parameters<Evaluator["check"]>[0]> = {},
): string {
  const { user, relation, object } = tupleOf(question)
  try {
    return evaluator.check({ user, relation, object, ...rest }).allowed ? "allowed" : "denied"
  } catch (error) {
    return error instanceof Error && "code" in error ? String(error.code) : String(error)
  }
}
