import type { AuthorizationModel, RelationReference, Userset } from "../authorization-model.ts"
import type { RelationshipTuple } from "../relationship-tuple.ts"
import { readNaively } from "./naive-verdict.ts"

export const typeOf = (object: string): string => object.slice(0, object.indexOf(":"))

/** The object and the relation of a userset; the relation is undefined for a plain user. */
export const split = (user: string): [object: string, relation: string | undefined] => {
  const [object = "", relation] = user.split("#")
  return [object, relation]
}

export function rewriteOf(model: AuthorizationModel, type: string, relation: string): Userset | undefined {
  return model.type_definitions.find((one) => one.type === type)?.relations?.[relation]
}

function restrictionsOf(
  model: AuthorizationModel,
  type: string,
  relation: string,
): readonly RelationReference[] {
  const definition = model.type_definitions.find((one) => one.type === type)
  return definition?.metadata?.relations?.[relation]?.directly_related_user_types ?? []
}

/** Whether the model names exactly this kind of tuple: the user's type, form and condition. */
export function naivelyAllows(model: AuthorizationModel, tuple: RelationshipTuple): boolean {
  const [object, relation] = split(tuple.user)
  return restrictionsOf(model, typeOf(tuple.object), tuple.relation).some(
    (one) =>
      one.type === typeOf(object) &&
      one.relation === relation &&
      Boolean(one.wildcard) === object.endsWith(":*") &&
      (one.condition ?? "") === (tuple.condition?.name ?? ""),
  )
}

/** Whether the model can connect this kind of user to the relation at all; where it cannot, nothing is looked at. */
export function connects(model: AuthorizationModel, user: string, type: string, relation: string): boolean {
  const [object, userRelation] = split(user)
  const by = (userset: Userset, on: string, of: string, path: string[]): boolean => {
    const rewrite = readNaively(userset)
    switch (rewrite.kind) {
      case "direct":
        return restrictionsOf(model, on, of).some((one) =>
          one.relation === undefined
            ? userRelation === undefined && one.type === typeOf(object)
            : reaches(one.type, one.relation, path),
        )
      case "computed":
        return reaches(on, rewrite.relation, path)
      case "from":
        return restrictionsOf(model, on, rewrite.tupleset).some((one) =>
          reaches(one.type, rewrite.relation, path),
        )
      default:
        return rewrite.operands.some((operand) => by(operand, on, of, path))
    }
  }
  const reaches = (on: string, of: string, path: string[]): boolean => {
    const node = `${on}#${of}`
    const rewrite = rewriteOf(model, on, of)
    if (rewrite === undefined || path.includes(node)) return false
    return node === `${typeOf(object)}#${userRelation}` || by(rewrite, on, of, [...path, node])
  }
  return reaches(type, relation, [])
}
