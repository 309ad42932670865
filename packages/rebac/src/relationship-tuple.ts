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

/** The two halves of `type:id`. */
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

/** By code of a letter: 1 for a colon, 2 for what no id may hold. Letters beyond the table are fine. */
const marks = new Uint8Array(256)
marks.fill(2, 0x00, 0x21)
marks.fill(2, 0x7f, 0xa0)
marks["#".charCodeAt(0)] = 2
marks[":".charCodeAt(0)] = 1

/** Matches the well-formed objects of one type, everyone of it excepted. */
export function objectsOfType(type: string): RegExp {
  // Written without \p{Cc}, which needs the slower Unicode mode: control characters are the ones below the space and U+007F to U+009F.
  const letter = `[^${String.fromCharCode(0)}-${String.fromCharCode(32)}#:${String.fromCharCode(127)}-${String.fromCharCode(159)}]`
  const start = type.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&")
  return new RegExp(`^${start}:(?!\\*$)${letter}+$`)
}

/** Where the id of an object begins: behind its one colon. 0 where the text is no object. */
function startOfId(text: string): number {
  const start = text.indexOf(":") + 1
  if (start < 2 || start === text.length) return 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code < 256 && marks[code] !== 0 && index !== start - 1) return 0
  }
  return start
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
