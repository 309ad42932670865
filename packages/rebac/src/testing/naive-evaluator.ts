import { celEnv, isCelError, parse, plan } from "@bufbuild/cel"
import { GatehouseError } from "@gatehouse/kernel"
import type {
  AuthorizationModel,
  RelationReference,
  TypeDefinition,
  Userset,
} from "../authorization-model.ts"
import type { CheckQuery, Evaluator, QueryContext } from "../evaluator.ts"
import { parseObject, parseUser, type RelationshipTuple } from "../relationship-tuple.ts"
import type { TupleStore } from "../store/tuple-store.ts"

type Verdict = "true" | "false" | "cycle" | "error"
const any = (verdicts: Verdict[]): Verdict =>
  (["true", "error", "cycle"] as const).find((one) => verdicts.includes(one)) ?? "false"
const all = (verdicts: Verdict[]): Verdict =>
  (["false", "error", "cycle"] as const).find((one) => verdicts.includes(one)) ?? "true"
const not = (verdict: Verdict): Verdict =>
  verdict === "true" ? "false" : verdict === "false" ? "true" : verdict

const typeOf = (model: AuthorizationModel, name: string): TypeDefinition | undefined =>
  model.type_definitions.find((definition) => definition.type === name)
const rewriteOf = (model: AuthorizationModel, type: string, relation: string): Userset | undefined => {
  const relations = typeOf(model, type)?.relations
  return relations && Object.hasOwn(relations, relation) ? relations[relation] : undefined
}
const restrictionsOf = (
  model: AuthorizationModel,
  type: string,
  relation: string,
): readonly RelationReference[] => {
  const relations = typeOf(model, type)?.metadata?.relations
  return (
    (relations && Object.hasOwn(relations, relation) && relations[relation]?.directly_related_user_types) ||
    []
  )
}

/** Why the model does not allow the tuple, or undefined where it does. */
export function naiveTupleMistake(model: AuthorizationModel, tuple: RelationshipTuple): string | undefined {
  const object = parseObject(tuple.object)
  const user = parseUser(tuple.user)
  if (object === undefined || object.id === "*") return "invalid 'object' field format"
  if (user === undefined) return "invalid 'user' field format"
  if (rewriteOf(model, object.type, tuple.relation) === undefined) return "relation not found"
  const counts = restrictionsOf(model, object.type, tuple.relation).some(
    (restriction) =>
      restriction.type === user.type &&
      (restriction.relation || undefined) === user.relation &&
      Boolean(restriction.wildcard) === (user.id === "*") &&
      (restriction.condition ?? "") === (tuple.condition?.name ?? ""),
  )
  return counts ? undefined : "not an allowed type restriction"
}

function conditionHolds(
  model: AuthorizationModel,
  tuple: RelationshipTuple,
  context: Record<string, unknown>,
): Verdict {
  if (!tuple.condition?.name) return "true"
  const definition = model.conditions?.[tuple.condition.name]
  if (definition === undefined) return "error"
  const values: Record<string, unknown> = { ...context, ...tuple.condition.context }
  const bindings = Object.fromEntries(
    Object.entries(definition.parameters ?? {}).map(([name, type]) => [
      name,
      type.type_name === "TYPE_NAME_INT" ? BigInt(values[name] as number) : values[name],
    ]),
  )
  const result = plan(celEnv(), parse(definition.expression))(bindings as never)
  return isCelError(result) ? "error" : result === true ? "true" : "false"
}

/** The first evaluator: follows the definitions of the language literally, over every tuple of the store. */
export function createNaiveEvaluator(model: AuthorizationModel, store: TupleStore): Evaluator {
  function session(query: QueryContext) {
    const contextual = query.contextualTuples ?? []
    for (const tuple of contextual) {
      const reason = naiveTupleMistake(model, tuple)
      if (reason !== undefined) throw new GatehouseError("rebac.invalid_tuple", { details: { reason } })
    }
    const key = (t: RelationshipTuple) => JSON.stringify([t.object, t.relation, t.user])
    const hidden = new Set(contextual.map(key))
    const tuples = [...store.read()]
      .filter((t) => !hidden.has(key(t)) && !naiveTupleMistake(model, t))
      .concat(contextual)
    let visited = 0
    const tuplesOf = (object: string, relation: string) =>
      tuples.filter((t) => t.object === object && t.relation === relation)
    function check(object: string, relation: string, user: string, path: string[], depth: number): Verdict {
      visited++
      if (depth >= 25) return "error"
      const node = `${object}#${relation}`
      if (path.includes(node)) return "cycle"
      if (node === user) return "true"
      const rewrite = rewriteOf(model, parseObject(object)?.type ?? "", relation)
      return rewrite === undefined ? "false" : walk(rewrite, object, relation, user, [...path, node], depth)
    }
    function walk(
      rewrite: Userset,
      object: string,
      relation: string,
      user: string,
      path: string[],
      depth: number,
    ): Verdict {
      const each = (child: Userset) => walk(child, object, relation, user, path, depth)
      if (rewrite.computedUserset) return check(object, rewrite.computedUserset.relation, user, path, depth)
      if (rewrite.union) return any(rewrite.union.child.map(each))
      if (rewrite.intersection) return all(rewrite.intersection.child.map(each))
      if (rewrite.difference)
        return all([each(rewrite.difference.base), not(each(rewrite.difference.subtract))])
      if (rewrite.tupleToUserset) {
        const { tupleset, computedUserset } = rewrite.tupleToUserset
        return any(
          tuplesOf(object, tupleset.relation)
            .filter((t) => rewriteOf(model, parseObject(t.user)?.type ?? "", computedUserset.relation))
            .map((t) =>
              all([
                conditionHolds(model, t, query.context ?? {}),
                check(t.user, computedUserset.relation, user, path, depth + 1),
              ]),
            ),
        )
      }
      return any(
        tuplesOf(object, relation).map((t) => {
          const [userset, through = ""] = t.user.split("#") as [string, string?]
          const wildcard = !user.includes("#") && t.user === `${parseObject(user)?.type}:*`
          if (t.user === user || wildcard) return conditionHolds(model, t, query.context ?? {})
          if (through === "") return "false"
          return all([
            conditionHolds(model, t, query.context ?? {}),
            check(userset, through, user, path, depth + 1),
          ])
        }),
      )
    }
    const ask = (user: string, relation: string, object: string): boolean => {
      const verdict = check(object, relation, user, [], 0)
      if (verdict === "error") throw new GatehouseError("rebac.resolution_too_complex")
      return verdict === "true"
    }
    return { tuples, ask, cost: () => visited }
  }
  return {
    check(query: CheckQuery) {
      const object = parseObject(query.object)
      const user = parseUser(query.user)
      if (
        object === undefined ||
        user === undefined ||
        !rewriteOf(model, object.type, query.relation) ||
        !typeOf(model, user.type)
      )
        throw new GatehouseError("rebac.invalid_request")
      if (user.relation !== undefined && !rewriteOf(model, user.type, user.relation))
        throw new GatehouseError("rebac.invalid_request")
      const { ask, cost } = session(query)
      return { allowed: ask(query.user, query.relation, query.object), visited: cost() }
    },
    listObjects(query) {
      if (!typeOf(model, query.type)) throw new GatehouseError("rebac.type_not_found")
      if (!rewriteOf(model, query.type, query.relation)) throw new GatehouseError("rebac.relation_not_found")
      const { ask, tuples } = session(query)
      const named = [
        query.user.split("#")[0] ?? "",
        ...tuples.flatMap((t) => [t.object, t.user.split("#")[0] ?? ""]),
      ]
      const candidates = new Set(named.filter((o) => o.startsWith(`${query.type}:`) && !o.endsWith(":*")))
      const objects = [...candidates].filter((object) => ask(query.user, query.relation, object))
      const limit = query.limit ?? objects.length
      return { objects: objects.slice(0, limit), complete: objects.length <= limit }
    },
    listUsers(query) {
      if (!typeOf(model, query.filter.type)) throw new GatehouseError("rebac.type_not_found")
      const { ask, tuples } = session(query)
      const { type, relation } = query.filter
      const named = [query.object, ...tuples.flatMap((t) => [t.object, t.user.split("#")[0] ?? ""])]
      const candidates = new Set(
        named
          .filter((o) => o.startsWith(`${type}:`))
          .map((o) => (relation === undefined ? o : `${o}#${relation}`)),
      )
      const users = [...candidates].filter((user) => ask(user, query.relation, query.object))
      const limit = query.limit ?? users.length
      return { users: users.slice(0, limit), complete: users.length <= limit }
    },
    explain() {
      throw new GatehouseError("rebac.invalid_request")
    },
    expand() {
      throw new GatehouseError("rebac.invalid_request")
    },
  }
}
