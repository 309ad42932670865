import type { AuthorizationModel, Userset } from "../authorization-model.ts"
import type { QueryContext } from "../queries.ts"
import type { RelationshipTuple, TupleKey } from "../relationship-tuple.ts"

/** What a part of a question comes to, by definition: an error outweighs a cycle, and neither is ever true. */
export type NaiveVerdict = "true" | "false" | "cycle" | "error"

/** Whether a condition holds for its values, in plain JavaScript; undefined where a parameter is missing or wrong. */
export type NaiveCondition = (values: Readonly<Record<string, unknown>>) => boolean | undefined

type Question = TupleKey & QueryContext

/** A relation on an object, with the nodes passed on the way to it. */
interface Node {
  readonly object: string
  readonly relation: string
  readonly path: readonly string[]
}

/** What each kind of rewrite stands for. */
interface Meaning<Result> {
  direct(): Result
  computed(relation: string): Result
  from(tupleset: string, relation: string): Result
  union(operands: readonly Userset[]): Result
  intersection(operands: readonly Userset[]): Result
  exclusion(base: Userset, subtract: Userset): Result
}

function meaning<Result>(
  { computedUserset, tupleToUserset, union, intersection, difference }: Userset,
  by: Meaning<Result>,
): Result {
  if (computedUserset) return by.computed(computedUserset.relation ?? "")
  if (tupleToUserset)
    return by.from(tupleToUserset.tupleset.relation ?? "", tupleToUserset.computedUserset.relation ?? "")
  if (union) return by.union(union.child)
  if (intersection) return by.intersection(intersection.child)
  return difference ? by.exclusion(difference.base, difference.subtract) : by.direct()
}

const first = (verdicts: NaiveVerdict[], order: readonly NaiveVerdict[], last: NaiveVerdict): NaiveVerdict =>
  order.find((one) => verdicts.includes(one)) ?? last
const anyOf = (verdicts: NaiveVerdict[]) => first(verdicts, ["true", "error", "cycle"], "false")
const allOf = (verdicts: NaiveVerdict[]) => first(verdicts, ["false", "error", "cycle"], "true")
const not = (verdict: NaiveVerdict): NaiveVerdict =>
  verdict === "true" ? "false" : verdict === "false" ? "true" : verdict

const typeOf = (object: string): string => object.slice(0, object.indexOf(":"))
/** The object and the relation of a userset; the relation is undefined for a plain user. */
const split = (user: string) => user.split("#") as [object: string, relation?: string]
const keyOf = ({ object, relation, user }: TupleKey): string => JSON.stringify([object, relation, user])

/**
 * The definitions of the language, literally and slowly: every tuple is looked at for every node, nothing is remembered, a node that
 * the path from the question already passed is a cycle. What the fast evaluator must agree with.
 */
export function createNaiveEvaluator(
  model: AuthorizationModel,
  stored: readonly RelationshipTuple[],
  conditions: Readonly<Record<string, NaiveCondition>> = {},
) {
  const definitionOf = (type: string) => model.type_definitions.find((one) => one.type === type)
  const rewriteOf = (type: string, relation: string) => definitionOf(type)?.relations?.[relation]
  const restrictionsOf = (type: string, relation: string) =>
    definitionOf(type)?.metadata?.relations?.[relation]?.directly_related_user_types ?? []

  /** Whether the model names exactly this kind of tuple: the user's type, form and condition. */
  function allows({ object, relation, user, condition }: RelationshipTuple): boolean {
    const [userObject, userRelation] = split(user)
    return restrictionsOf(typeOf(object), relation).some(
      (one) =>
        one.type === typeOf(userObject) &&
        one.relation === userRelation &&
        Boolean(one.wildcard) === userObject.endsWith(":*") &&
        (one.condition ?? "") === (condition?.name ?? ""),
    )
  }

  /** Whether the model can connect this kind of user to the relation at all; where it cannot, nothing is looked at. */
  function connects(user: string, type: string, relation: string, path: readonly string[] = []): boolean {
    const [userObject, userRelation] = split(user)
    const node = `${type}#${relation}`
    const rewrite = rewriteOf(type, relation)
    if (rewrite === undefined || path.includes(node)) return false
    const to = (onType: string, name: string) => connects(user, onType, name, [...path, node])
    const some = (operands: readonly Userset[]): boolean => operands.some(by)
    const by = (userset: Userset): boolean =>
      meaning(userset, {
        direct: () =>
          restrictionsOf(type, relation).some((one) =>
            one.relation === undefined
              ? userRelation === undefined && one.type === typeOf(userObject)
              : to(one.type, one.relation),
          ),
        computed: (name) => to(type, name),
        from: (tupleset, name) => restrictionsOf(type, tupleset).some((one) => to(one.type, name)),
        union: some,
        intersection: some,
        exclusion: (...operands) => some(operands),
      })
    return node === `${typeOf(userObject)}#${userRelation}` || by(rewrite)
  }

  /** The tuples that count: those the model allows, contextual ones in place of stored ones with the same key. */
  function tuplesOf({ contextualTuples = [] }: QueryContext): RelationshipTuple[] {
    const hidden = new Set(contextualTuples.map(keyOf))
    return [...stored.filter((one) => !hidden.has(keyOf(one))), ...contextualTuples].filter(allows)
  }
  const tuplesAt = (query: QueryContext, object: string, relation: string) =>
    tuplesOf(query).filter((one) => one.object === object && one.relation === relation)

  function holds(query: QueryContext, { condition }: RelationshipTuple): NaiveVerdict {
    if (!condition) return "true"
    const outcome = conditions[condition.name]?.({ ...query.context, ...condition.context })
    return outcome === undefined ? "error" : outcome ? "true" : "false"
  }

  /** What a relation on an object comes to, reached over `depth` tuples. */
  function reach(query: Question, { object, relation, path }: Node, depth: number): NaiveVerdict {
    const node = `${object}#${relation}`
    const rewrite = rewriteOf(typeOf(object), relation)
    if (rewrite === undefined || !connects(query.user, typeOf(object), relation)) return "false"
    if (depth >= 25) return "error"
    if (path.includes(node)) return "cycle"
    const passed = [...path, node]
    /** A tuple leads on only under its condition; one that cannot be evaluated is an error, whatever lies behind it. */
    const follow = (tuple: RelationshipTuple, object: string, relation: string): NaiveVerdict => {
      const condition = holds(query, tuple)
      return condition === "true" ? reach(query, { object, relation, path: passed }, depth + 1) : condition
    }
    const match = (tuple: RelationshipTuple): NaiveVerdict => {
      const [userset, through] = split(tuple.user)
      if (through !== undefined) return follow(tuple, userset, through)
      const everyone = !query.user.includes("#") && tuple.user === `${typeOf(query.user)}:*`
      return tuple.user === query.user || everyone ? holds(query, tuple) : "false"
    }
    const by = (userset: Userset): NaiveVerdict =>
      meaning(userset, {
        direct: () => anyOf(tuplesAt(query, object, relation).map(match)),
        computed: (name) => reach(query, { object, relation: name, path: passed }, depth),
        from: (tupleset, name) =>
          anyOf(tuplesAt(query, object, tupleset).map((one) => follow(one, one.user, name))),
        union: (operands) => anyOf(operands.map(by)),
        intersection: (operands) => allOf(operands.map(by)),
        exclusion: (base, subtract) => allOf([by(base), not(by(subtract))]),
      })
    return node === query.user ? "true" : by(rewrite)
  }

  /** Users that tuples on the way name; `excluded`: those that an exclusion on the way takes out. Rings are walked once. */
  function named(query: QueryContext, { object, relation, path }: Node, excluded = false): string[] {
    const node = `${object}#${relation} ${excluded}`
    const rewrite = rewriteOf(typeOf(object), relation)
    if (rewrite === undefined || path.includes(node)) return []
    const next = (object: string, relation: string, flipped: boolean) =>
      named(query, { object, relation, path: [...path, node] }, flipped)
    const usersOf = (name: string) =>
      tuplesAt(query, object, name).flatMap((one) => (holds(query, one) === "true" ? [one.user] : []))
    const by = (userset: Userset, flipped: boolean): string[] => {
      // Under a union or an intersection OpenFGA forgets who was excluded inside it.
      const all = (operands: readonly Userset[]) => (flipped ? [] : operands.flatMap((one) => by(one, false)))
      return meaning(userset, {
        direct: () =>
          usersOf(relation).flatMap((user) => {
            const [to, through] = split(user)
            return through === undefined ? (flipped ? [] : [user]) : next(to, through, flipped)
          }),
        computed: (name) => next(object, name, flipped),
        from: (tupleset, name) => usersOf(tupleset).flatMap((user) => next(user, name, flipped)),
        union: all,
        intersection: all,
        exclusion: (base, subtract) => [...by(base, flipped), ...by(subtract, !flipped)],
      })
    }
    return [...(excluded ? [] : [`${object}#${relation}`]), ...by(rewrite, excluded)]
  }

  const check = (query: Question) => reach(query, { ...query, path: [] }, 0)
  return {
    check,
    /** Every object of the type that any tuple or the question names, with what its check comes to. */
    listObjects(query: { user: string; relation: string; type: string } & QueryContext) {
      const names = [query.user, ...tuplesOf(query).flatMap(({ object, user }) => [object, user])]
      const objects = names
        .map((name) => split(name)[0])
        .filter((object) => typeOf(object) === query.type && !object.endsWith(":*"))
      return new Map(objects.map((object) => [object, check({ ...query, object })]))
    },
    /** Every user of the filter's kind that tuples on the way name, with what its check comes to. */
    listUsers(query: Omit<Question, "user"> & { filter: { type: string; relation?: string } }) {
      const { type, relation } = query.filter
      const users = named(query, { ...query, path: [] })
      const wanted = users.filter((user) => typeOf(user) === type && split(user)[1] === relation)
      return new Map(wanted.map((user) => [user, check({ ...query, user })]))
    },
    /** True where some tuple's condition cannot be evaluated for the question: a list that meets it ends in an error. */
    hasErrors: (query: QueryContext) => tuplesOf(query).some((tuple) => holds(query, tuple) === "error"),
  }
}
