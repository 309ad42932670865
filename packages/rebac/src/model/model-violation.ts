/** One rule of the language that a model breaks, in OpenFGA's words where it has some. */
export interface ModelViolation {
  /** OpenFGA's error code on its wire. */
  readonly code: "invalid_authorization_model" | "exceeded_entity_limit"
  readonly message: string
  readonly type?: string
  readonly relation?: string
}

/** A violation under OpenFGA's general code, at the type and relation where it has a place. */
export function invalidModel(message: string, type?: string, relation?: string): ModelViolation {
  return {
    code: "invalid_authorization_model",
    message,
    ...(type === undefined ? {} : { type }),
    ...(relation === undefined ? {} : { relation }),
  }
}

/** OpenFGA's sentence about a relation's definition, with its cause. */
export function invalidRelation(type: string, relation: string, cause: string): ModelViolation {
  return invalidModel(
    `the definition of relation '${relation}' in object type '${type}' is invalid: ${cause}`,
    type,
    relation,
  )
}

/** OpenFGA's sentence about a rewrite that names a relation which the type does not define. */
export function undefinedRelation(type: string, relation: string, undefinedName: string): ModelViolation {
  return invalidModel(`'${type}#${undefinedName}' relation is undefined`, type, relation)
}
