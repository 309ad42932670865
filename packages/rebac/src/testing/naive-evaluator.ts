import type { AuthorizationModel, RelationReference, Userset } from "../authorization-model.ts"
import type { QueryContext } from "../evaluator.ts"
import type { RelationshipTuple, TupleKey } from "../relationship-tuple.ts"

/** What a part of a question comes to, by definition: an error outweighs a cycle, and neither is ever true. */
export type NaiveVerdict = "true" | "false" | "cycle" | "error"

/** Whether a condition holds for its values, in plain JavaScript; undefined where a parameter is missing or wrong. */
export type NaiveCondition = (values: Readonly<Record<string, unknown>>) => boolean | undefined

const anyOf = (verdicts: NaiveVerdict[]): NaiveVerdict =>
  (["true", "error", "cycle"] as const).find((one) => verdicts.includes(one)) ?? "false"
const allOf = (verdicts: NaiveVerdict[]): NaiveVerdict =>
  (["false", "error", "cycle"] as const).find((one) => verdicts.includes(one)) ?? "true"
const not = (verdict: NaiveVerdict): NaiveVerdict =>
  verdict === "true" ? "false" : verdict === "false" ? "true" : verdict

/** A tuple leads on only under its condition; one that cannot be evaluated is an error, whatever lies behind it. */
const after = (condition: NaiveVerdict, next: () => NaiveVerdict): NaiveVerdict =>
  condition === "true" ? next() : condition

const typeOf = (object: string): string => object.slice(0, object.indexOf(":"))
const keyOf = ({ object, relation, user }: TupleKey): string => JSON.stringify([object, relation, user])
const split = (user: string): [string, string | undefined] => {
  const [object = "", relation] = user.split("#")
  return [object, relation]
}

/**
 * The definitions of the language, literally and slowly: every tuple is looked at for every node, nothing is remembered, a node that
 * the path from the question already passed is a cycle. What the fast evaluator must agree with.
 */
export class NaiveEvaluator {
  readonly #model: AuthorizationModel
  readonly #stored: readonly RelationshipTuple[]
  readonly #conditions: Readonly<Record<string, NaiveCondition>>
  readonly #depthLimit: number

  constructor(
    model: AuthorizationModel,
    stored: readonly RelationshipTuple[],
    conditions: Readonly<Record<string, NaiveCondition>> = {},
    depthLimit = 25,
  ) {
    this.#model = model
    this.#stored = stored
    this.#conditions = conditions
    this.#depthLimit = depthLimit
  }

  check(query: TupleKey & QueryContext): NaiveVerdict {
    if (!this.#connects(query.user, typeOf(query.object), query.relation, [])) return "false"
    return this.#holds(query, query.object, query.relation, [], 0)
  }

  /** Every object of the type that any tuple or the question names, with what its check comes to. */
  listObjects(
    query: { user: string; relation: string; type: string } & QueryContext,
  ): Map<string, NaiveVerdict> {
    const named = [
      split(query.user)[0],
      ...this.#tuples(query).flatMap(({ object, user }) => [object, split(user)[0]]),
    ]
    const objects = named.filter((object) => typeOf(object) === query.type && !object.endsWith(":*"))
    return new Map(objects.map((object) => [object, this.check({ ...query, object })]))
  }

  /** Every user that the relation names, as `#named` says, with what its check comes to. */
  listUsers(
    query: { object: string; relation: string; filter: { type: string; relation?: string } } & QueryContext,
  ): Map<string, NaiveVerdict> {
    const users = this.#named(query, query.object, query.relation, false, [])
    const { type, relation } = query.filter
    const wanted = users.filter((user) => typeOf(user) === type && split(user)[1] === relation)
    return new Map(wanted.map((user) => [user, this.check({ ...query, user })]))
  }

  /** True where some tuple's condition cannot be evaluated for the question: a list that meets it ends in an error. */
  hasErrors(query: QueryContext): boolean {
    return this.#tuples(query).some((tuple) => this.#condition(query, tuple) === "error")
  }

  /** The tuples that count: those the model allows, contextual ones in place of stored ones with the same key. */
  #tuples({ contextualTuples = [] }: QueryContext): RelationshipTuple[] {
    const hidden = new Set(contextualTuples.map(keyOf))
    const seen = this.#stored.filter((tuple) => !hidden.has(keyOf(tuple)))
    return [...seen, ...contextualTuples].filter((tuple) => this.#allows(tuple))
  }

  #allows(tuple: RelationshipTuple): boolean {
    const [object, relation] = split(tuple.user)
    return this.#restrictions(typeOf(tuple.object), tuple.relation).some(
      (one) =>
        one.type === typeOf(object) &&
        one.relation === relation &&
        Boolean(one.wildcard) === object.endsWith(":*") &&
        (one.condition ?? "") === (tuple.condition?.name ?? ""),
    )
  }

  #rewrite(type: string, relation: string): Userset | undefined {
    return this.#model.type_definitions.find((one) => one.type === type)?.relations?.[relation]
  }

  #restrictions(type: string, relation: string): readonly RelationReference[] {
    const definition = this.#model.type_definitions.find((one) => one.type === type)
    return definition?.metadata?.relations?.[relation]?.directly_related_user_types ?? []
  }

  #condition(query: QueryContext, { condition }: RelationshipTuple): NaiveVerdict {
    if (!condition) return "true"
    const holds = this.#conditions[condition.name]?.({ ...query.context, ...condition.context })
    return holds === undefined ? "error" : holds ? "true" : "false"
  }

  /** Whether the model can connect this kind of user to the relation at all; where it cannot, nothing is looked at. */
  #connects(user: string, type: string, relation: string, path: string[]): boolean {
    const [object, userRelation] = split(user)
    const node = `${type}#${relation}`
    if (path.includes(node)) return false
    if (node === `${typeOf(object)}#${userRelation}`) return true
    const rewrite = this.#rewrite(type, relation)
    return rewrite !== undefined && this.#connectsBy(rewrite, user, type, relation, [...path, node])
  }

  #connectsBy(rewrite: Userset, user: string, type: string, relation: string, path: string[]): boolean {
    const [object, userRelation] = split(user)
    const { computedUserset, tupleToUserset, union, intersection, difference } = rewrite
    if (computedUserset) return this.#connects(user, type, computedUserset.relation ?? "", path)
    if (tupleToUserset)
      return this.#restrictions(type, tupleToUserset.tupleset.relation ?? "").some((one) =>
        this.#connects(user, one.type, tupleToUserset.computedUserset.relation ?? "", path),
      )
    const children =
      union?.child ?? intersection?.child ?? (difference && [difference.base, difference.subtract])
    if (children) return children.some((child) => this.#connectsBy(child, user, type, relation, path))
    return this.#restrictions(type, relation).some((one) =>
      one.relation === undefined
        ? userRelation === undefined && one.type === typeOf(object)
        : this.#connects(user, one.type, one.relation, path),
    )
  }

  #holds(
    query: TupleKey & QueryContext,
    object: string,
    relation: string,
    path: string[],
    depth: number,
  ): NaiveVerdict {
    const node = `${object}#${relation}`
    if (depth >= this.#depthLimit) return "error"
    if (path.includes(node)) return "cycle"
    if (node === query.user) return "true"
    const rewrite = this.#rewrite(typeOf(object), relation)
    return rewrite === undefined
      ? "false"
      : this.#by(rewrite, query, object, relation, [...path, node], depth)
  }

  #by(
    rewrite: Userset,
    query: TupleKey & QueryContext,
    object: string,
    relation: string,
    path: string[],
    depth: number,
  ): NaiveVerdict {
    const { computedUserset, tupleToUserset, union, intersection, difference } = rewrite
    const each = (child: Userset): NaiveVerdict => this.#by(child, query, object, relation, path, depth)
    const next = (to: string, name: string, deeper: number): NaiveVerdict =>
      this.#connects(query.user, typeOf(to), name, [])
        ? this.#holds(query, to, name, path, depth + deeper)
        : "false"
    const tuplesOf = (name: string): RelationshipTuple[] =>
      this.#tuples(query).filter((tuple) => tuple.object === object && tuple.relation === name)
    if (computedUserset) return next(object, computedUserset.relation ?? "", 0)
    if (union) return anyOf(union.child.map(each))
    if (intersection) return allOf(intersection.child.map(each))
    if (difference) return allOf([each(difference.base), not(each(difference.subtract))])
    if (tupleToUserset) {
      const name = tupleToUserset.computedUserset.relation ?? ""
      return anyOf(
        tuplesOf(tupleToUserset.tupleset.relation ?? "").map((tuple) =>
          after(this.#condition(query, tuple), () => next(tuple.user, name, 1)),
        ),
      )
    }
    return anyOf(
      tuplesOf(relation).map((tuple) => {
        const [userset, through] = split(tuple.user)
        if (through !== undefined)
          return after(this.#condition(query, tuple), () => next(userset, through, 1))
        const everyone = !query.user.includes("#") && tuple.user === `${typeOf(query.user)}:*`
        return tuple.user === query.user || everyone ? this.#condition(query, tuple) : "false"
      }),
    )
  }

  /** Users that tuples on the way name; `excluded`: those that an exclusion on the way takes out. Rings are walked once. */
  #named(query: QueryContext, object: string, relation: string, excluded: boolean, path: string[]): string[] {
    const node = `${object}#${relation} ${excluded}`
    const rewrite = this.#rewrite(typeOf(object), relation)
    if (rewrite === undefined || path.includes(node)) return []
    const self = excluded ? [] : [`${object}#${relation}`]
    return [...self, ...this.#namedBy(rewrite, query, object, relation, excluded, [...path, node])]
  }

  #namedBy(
    rewrite: Userset,
    query: QueryContext,
    object: string,
    relation: string,
    excluded: boolean,
    path: string[],
  ): string[] {
    const { computedUserset, tupleToUserset, union, intersection, difference } = rewrite
    const each = (child: Userset, flip = false): string[] =>
      this.#namedBy(child, query, object, relation, excluded !== flip, path)
    const tuplesOf = (name: string): RelationshipTuple[] =>
      this.#tuples(query).filter(
        (one) => one.object === object && one.relation === name && this.#condition(query, one) === "true",
      )
    if (computedUserset) return this.#named(query, object, computedUserset.relation ?? "", excluded, path)
    const children = union?.child ?? intersection?.child
    if (children) return excluded ? [] : children.flatMap((child) => each(child))
    if (difference) return [...each(difference.base), ...each(difference.subtract, true)]
    if (tupleToUserset) {
      const name = tupleToUserset.computedUserset.relation ?? ""
      return tuplesOf(tupleToUserset.tupleset.relation ?? "").flatMap(({ user }) =>
        this.#named(query, user, name, excluded, path),
      )
    }
    return tuplesOf(relation).flatMap(({ user }) => {
      const [userset, through] = split(user)
      if (through !== undefined) return this.#named(query, userset, through, excluded, path)
      return excluded ? [] : [user]
    })
  }
}
