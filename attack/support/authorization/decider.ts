import type { AuthorizationModel, RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import { transformer } from "@openfga/syntax-transformer"

/** What a question comes to. An error is a denial, but not one that may be told as `false`. */
export type Verdict = "allow" | "deny" | "error"

export interface Circumstances {
  readonly contextualTuples?: readonly RelationshipTuple[]
  readonly context?: Readonly<Record<string, unknown>>
}

/** Who decides: the engine over its wire, or the evaluator in process. The same attacks are tried on both. */
export interface Decider {
  /** Writes tuples, in this order. Throws where one is refused. */
  write(...tuples: readonly RelationshipTuple[]): Promise<void>
  delete(...keys: readonly TupleKey[]): Promise<void>
  /** Puts tuples in although the model in use does not allow them, as those of an older model would be there. Without conditions. */
  plant(...tuples: readonly RelationshipTuple[]): Promise<void>
  /** Whether writing the tuple is refused. */
  refuses(tuple: RelationshipTuple): Promise<boolean>
  check(user: string, relation: string, object: string, more?: Circumstances): Promise<Verdict>
  /** Sorted; undefined where the list ends in an error. */
  listObjects(
    user: string,
    relation: string,
    type: string,
    more?: Circumstances,
  ): Promise<string[] | undefined>
  listUsers(
    object: string,
    relation: string,
    type: string,
    more?: Circumstances,
  ): Promise<string[] | undefined>
}

/** Makes a decider with an empty store of its own. */
export type MakeDecider = (model: AuthorizationModel) => Promise<Decider>

/** A model in OpenFGA's language, without its header. */
export function modelOf(text: string): AuthorizationModel {
  return transformer.transformDSLToJSONObject(`model\n  schema 1.1\n${text}`) as AuthorizationModel
}

/** `user relation object`, perhaps under a condition. */
export function tuple(
  text: string,
  condition?: string,
  context?: Readonly<Record<string, unknown>>,
): RelationshipTuple {
  const [user = "", relation = "", object = ""] = text.split(" ")
  return {
    user,
    relation,
    object,
    ...(condition === undefined
      ? {}
      : { condition: { name: condition, ...(context === undefined ? {} : { context }) } }),
  }
}
