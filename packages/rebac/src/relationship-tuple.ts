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

/** A user as a tuple or a question names it: an object (`relation` undefined), a userset, or everyone of a type (id `*`). */
export interface ParsedUser extends ParsedObject {
  readonly relation: string | undefined
}

// What OpenFGA's parsers allow (pkg/tuple of 1.22.1): no control character, no space, one colon that is not the first.
const usersetForm = /^[^\p{Cc}#: ]+:[^\p{Cc}#: *]+#[^\p{Cc}#: *]+$/u
const relationForm = /^[^\p{Cc}#:@ ]+$/u

const SPACE = 0x20
const HASH = 0x23
const COLON = 0x3a
const DELETE = 0x7f
const LAST_CONTROL = 0x9f

/** Where the id of an object begins: behind its one colon. 0 where the text is no object. */
function startOfId(text: string): number {
  let start = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code <= SPACE || code === HASH || (code >= DELETE && code <= LAST_CONTROL)) return 0
    if (code !== COLON) continue
    if (start !== 0 || index === 0) return 0
    start = index + 1
  }
  return start === text.length ? 0 : start
}

/** Takes `type:id` apart; undefined where it is not one: no id, a second colon, `#`, a space or a control character. */
export function parseObject(text: string): ParsedObject | undefined {
  const start = startOfId(text)
  return start === 0 ? undefined : { type: text.slice(0, start - 1), id: text.slice(start) }
}

/** True for `type:id`, everyone of a type (`type:*`) included. */
export function isObject(text: string): boolean {
  return startOfId(text) !== 0
}

/** Takes a user apart: `type:id`, `type:id#relation` or `type:*`; undefined where it is none of them. */
export function parseUser(text: string): ParsedUser | undefined {
  const hash = text.indexOf("#")
  if (hash < 0) {
    const object = parseObject(text)
    return object === undefined ? undefined : { ...object, relation: undefined }
  }
  if (!usersetForm.test(text)) return undefined
  const colon = text.indexOf(":")
  return { type: text.slice(0, colon), id: text.slice(colon + 1, hash), relation: text.slice(hash + 1) }
}

/** True for `type:*`, which stands for everyone of the type. */
export function isWildcard(text: string): boolean {
  return text.endsWith(":*") && isObject(text)
}

/** True for a relation's name as a tuple may write it. */
export function isRelationName(text: string): boolean {
  return relationForm.test(text)
}

/** A tuple as OpenFGA's messages write it. */
export function describeTuple(tuple: RelationshipTuple): string {
  return `${tuple.object}#${tuple.relation}@${tuple.user}`
}

/** Where a user's relation begins; -1 for a plain object, and for text that only looks like a userset. */
export function usersetMark(user: string): number {
  const hash = user.indexOf("#")
  return hash === user.length - 1 || user.indexOf("#", hash + 1) >= 0 || user.slice(hash + 1) === "*"
    ? -1
    : hash
}
