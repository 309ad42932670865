import type { AuthorizationModel, Userset } from "../authorization-model.ts"
import type { QueryContext } from "../queries.ts"
import type { RelationshipTuple, TupleKey } from "../relationship-tuple.ts"
import { connects, naivelyAllows, rewriteOf, split, typeOf } from "./naive-model.ts"
import { after, allOf, anyOf, type NaiveVerdict, not, readNaively } from "./naive-verdict.ts"

/** Whether a condition holds for its values, in plain JavaScript; undefined where a parameter is missing or wrong. */
export type NaiveCondition = (values: Readonly<Record<string, unknown>>) => boolean | undefined

type Question = TupleKey & QueryContext

const keyOf = ({ object, relation, user }: TupleKey): string => JSON.stringify([object, relation, user])

/**
 * The definitions of the language, literally and slowly: every tuple is looked at for every node, nothing is remembered, a node that
 * the path from the question already passed is a cycle. What the fast evaluator must agree with.
 */
export class NaiveEvaluator {
  readonly #model: AuthorizationModel
  readonly #stored: readonly RelationshipTuple[]
  readonly #conditions: Readonly<Record<string, NaiveCondition>>

  constructor(
    model: AuthorizationModel,
    stored: readonly RelationshipTuple[],
    conditions: Readonly<Record<string, NaiveCondition>> = {},
  ) {
    this.#model = model
    this.#stored = stored
    this.#conditions = conditions
  }

  check(query: Question): NaiveVerdict {
    return this.#next(query, query.object, query.relation, [], 0)
  }

  /** Every object of the type that any tuple or the question names, with what its check comes to. */
  listObjects(
    query: { user: string; relation: string; type: string } & QueryContext,
  ): Map<string, NaiveVerdict> {
    const tuples = this.#tuples(query)
    const named = [query.user, ...tuples.flatMap(({ object, user }) => [object, user])].map(
      (one) => split(one)[0],
    )
    const objects = named.filter((object) => typeOf(object) === query.type && !object.endsWith(":*"))
    return new Map(objects.map((object) => [object, this.check({ ...query, object })]))
  }

  /** Every user that the relation names, as `#named` says, with what its check comes to. */
  listUsers(
    query: { object: string; relation: string; filter: { type: string; relation?: string } } & QueryContext,
  ): Map<string, NaiveVerdict> {
    const { type, relation } = query.filter
    const users = this.#named(query, query.object, query.relation, false, [])
    const wanted = users.filter((user) => typeOf(user) === type && split(user)[1] === relation)
    return new Map(wanted.map((user) => [user, this.check({ ...query, user })]))
  }

  /** True where some tuple's condition cannot be evaluated for the question: a list that meets it ends in an error. */
  hasErrors(query: QueryContext): boolean {
    return this.#tuples(query).some((tuple) => this.#condition(query, tuple) === "error")
  }

  /** The tuples that count: those the model allows, contextual ones in place of stored ones with the same key. */
  #tuples({ contextualTuples = [] }: QueryContext, object?: string, relation?: string): RelationshipTuple[] {
    const hidden = new Set(contextualTuples.map(keyOf))
    const seen = [...this.#stored.filter((tuple) => !hidden.has(keyOf(tuple))), ...contextualTuples]
    const asked = seen.filter(
      (one) => object === undefined || (one.object === object && one.relation === relation),
    )
    return asked.filter((tuple) => naivelyAllows(this.#model, tuple))
  }

  #condition(query: QueryContext, { condition }: RelationshipTuple): NaiveVerdict {
    if (!condition) return "true"
    const holds = this.#conditions[condition.name]?.({ ...query.context, ...condition.context })
    return holds === undefined ? "error" : holds ? "true" : "false"
  }

  /** What a relation on an object comes to, reached over `depth` tuples along `path`. */
  #next(query: Question, object: string, relation: string, path: string[], depth: number): NaiveVerdict {
    const node = `${object}#${relation}`
    const rewrite = rewriteOf(this.#model, typeOf(object), relation)
    if (rewrite === undefined || !connects(this.#model, query.user, typeOf(object), relation)) return "false"
    if (depth >= 25) return "error"
    if (path.includes(node)) return "cycle"
    return node === query.user ? "true" : this.#by(rewrite, query, object, relation, [...path, node], depth)
  }

  #by(
    userset: Userset,
    query: Question,
    object: string,
    relation: string,
    path: string[],
    depth: number,
  ): NaiveVerdict {
    const rewrite = readNaively(userset)
    const each = (operand: Userset): NaiveVerdict => this.#by(operand, query, object, relation, path, depth)
    const follow = (tuple: RelationshipTuple, to: string, name: string): NaiveVerdict =>
      after(this.#condition(query, tuple), () => this.#next(query, to, name, path, depth + 1))
    switch (rewrite.kind) {
      case "computed":
        return this.#next(query, object, rewrite.relation, path, depth)
      case "union":
        return anyOf(rewrite.operands.map(each))
      case "intersection":
        return allOf(rewrite.operands.map(each))
      case "exclusion":
        return allOf([each(rewrite.operands[0]), not(each(rewrite.operands[1]))])
      case "from":
        return anyOf(
          this.#tuples(query, object, rewrite.tupleset).map((tuple) =>
            follow(tuple, tuple.user, rewrite.relation),
          ),
        )
      case "direct":
        return anyOf(
          this.#tuples(query, object, relation).map((tuple) => {
            const [userset, through] = split(tuple.user)
            if (through !== undefined) return follow(tuple, userset, through)
            const everyone = !query.user.includes("#") && tuple.user === `${typeOf(query.user)}:*`
            return tuple.user === query.user || everyone ? this.#condition(query, tuple) : "false"
          }),
        )
    }
  }

  /** Users that tuples on the way name; `excluded`: those that an exclusion on the way takes out. Rings are walked once. */
  #named(query: QueryContext, object: string, relation: string, excluded: boolean, path: string[]): string[] {
    const node = `${object}#${relation} ${excluded}`
    const rewrite = rewriteOf(this.#model, typeOf(object), relation)
    if (rewrite === undefined || path.includes(node)) return []
    const users = this.#namedBy(rewrite, query, object, relation, excluded, [...path, node])
    return excluded ? users : [`${object}#${relation}`, ...users]
  }

  #namedBy(
    userset: Userset,
    query: QueryContext,
    object: string,
    relation: string,
    excluded: boolean,
    path: string[],
  ): string[] {
    const rewrite = readNaively(userset)
    const each = (operand: Userset, flip = false): string[] =>
      this.#namedBy(operand, query, object, relation, excluded !== flip, path)
    const usersOf = (name: string): string[] =>
      this.#tuples(query, object, name).flatMap((one) =>
        this.#condition(query, one) === "true" ? [one.user] : [],
      )
    switch (rewrite.kind) {
      case "computed":
        return this.#named(query, object, rewrite.relation, excluded, path)
      case "from":
        return usersOf(rewrite.tupleset).flatMap((user) =>
          this.#named(query, user, rewrite.relation, excluded, path),
        )
      case "exclusion":
        return [...each(rewrite.operands[0]), ...each(rewrite.operands[1], true)]
      case "direct":
        return usersOf(relation).flatMap((user) => {
          const [object, through] = split(user)
          if (through !== undefined) return this.#named(query, object, through, excluded, path)
          return excluded ? [] : [user]
        })
      default:
        return excluded ? [] : rewrite.operands.flatMap((operand) => each(operand))
    }
  }
}
