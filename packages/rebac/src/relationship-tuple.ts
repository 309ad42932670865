/** A relationship: `user` has `relation` to `object`, perhaps only under a condition. Names are OpenFGA's. */
export interface RelationshipTuple {
  readonly user: string
  readonly relation: string
  readonly object: string
  readonly condition?: TupleCondition | null | undefined
}

/** A condition of the model by name, with the part of its context that is kept with the tuple. */
export interface TupleCondition {
  readonly name: string
  readonly context?: Readonly<Record<string, unknown>> | null | undefined
}

/** A tuple's identity: its condition is no part of it. */
export type TupleKey = Omit<RelationshipTuple, "condition">

export interface ParsedObject {
  readonly type: string
  readonly id: string
}

/** A user as a tuple or a question names it: an object (`relation` empty), a userset, or everyone of a type (id `*`). */
export interface ParsedUser extends ParsedObject {
  readonly relation: string | undefined
}

/** Takes `type:id` apart at its first colon; undefined where it is not one: no id, a second colon, `#` or white space. */
export function parseObject(text: string): ParsedObject | undefined {
  const colon = text.indexOf(":")
  if (colon <= 0 || colon === text.length - 1) return undefined
  return /^[^\s#:]+:[^\s#:]+$/.test(text)
    ? { type: text.slice(0, colon), id: text.slice(colon + 1) }
    : undefined
}

/** Takes a user apart: `type:id`, `type:id#relation` or `type:*`; undefined where it is none of them. */
export function parseUser(text: string): ParsedUser | undefined {
  const hash = text.indexOf("#")
  const object = parseObject(hash < 0 ? text : text.slice(0, hash))
  if (object === undefined) return undefined
  if (hash < 0) return { ...object, relation: undefined }
  const relation = text.slice(hash + 1)
  if (!/^[^\s#:@*]+$/.test(relation) || object.id === "*") return undefined
  return { ...object, relation }
}
