import type { RelationshipTuple, TupleCondition, TupleKey } from "@gatehouse/rebac"
import { maximumContextualTuples, maximumUserBytes } from "./limits.ts"
import type { WireMessage } from "./proto-json.ts"
import { requireAtMost, requireBytesAtMost, requirePattern, wirePatterns } from "./violations.ts"

/** A tuple as writes and contextual tuples have it: members may be empty here, what the model refuses is refused later. */
export function parseTuple(message: WireMessage): RelationshipTuple {
  const key = parseKey(message, "TupleKey")
  const condition = message.message("condition")
  return condition === undefined ? key : { ...key, condition: parseCondition(condition) }
}

/** A tuple to remove: its condition does not count. */
export function parseTupleKey(message: WireMessage): TupleKey {
  return parseKey(message, "TupleKeyWithoutCondition")
}

function parseKey(message: WireMessage, name: string): TupleKey {
  const user = message.string("user")
  const relation = message.string("relation")
  const object = message.string("object")
  requireBytesAtMost(user, maximumUserBytes, name, "User")
  if (relation !== "") requirePattern(relation, wirePatterns.relation, name, "Relation")
  if (object !== "") requirePattern(object, wirePatterns.object, name, "Object")
  return { user, relation, object }
}

function parseCondition(message: WireMessage): TupleCondition {
  const name = message.string("name")
  requirePattern(name, wirePatterns.conditionName, "RelationshipCondition", "Name")
  return { name, context: message.struct("context") ?? {} }
}

/** The tuple that a check asks about; `name` is the message's on the wire. */
export function parseQuestion(message: WireMessage, name: string): TupleKey {
  const user = message.string("user")
  const relation = message.string("relation")
  const object = message.string("object")
  requirePattern(user, wirePatterns.user, name, "User")
  requirePattern(relation, wirePatterns.relation, name, "Relation")
  requirePattern(object, wirePatterns.object, name, "Object")
  return { user, relation, object }
}

/** Contextual tuples in their usual wrapping, `{"tuple_keys": […]}`. */
export function parseContextualTuples(request: WireMessage): RelationshipTuple[] {
  const tuples = request.message("contextual_tuples")?.messages("tuple_keys") ?? []
  requireAtMost(tuples.length, maximumContextualTuples, "ContextualTupleKeys", "TupleKeys", "item(s)")
  return tuples.map(parseTuple)
}

/** Contextual tuples as a bare list, as list-users and assertions have them. */
export function parseBareContextualTuples(request: WireMessage, message: string): RelationshipTuple[] {
  const tuples = request.messages("contextual_tuples")
  requireAtMost(tuples.length, maximumContextualTuples, message, "ContextualTuples", "item(s)")
  return tuples.map(parseTuple)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const control = /[\u0000-\u001f\u007f-\u009f]/

/** True where text holds a control character. */
export function holdsControlCharacter(text: string): boolean {
  return control.test(text)
}

const consistencies = { UNSPECIFIED: 0, MINIMIZE_LATENCY: 100, HIGHER_CONSISTENCY: 200 } as const

/** How current the answer must be. */
export function parseFreshness(request: WireMessage, message: string): "bounded" | "current" {
  const consistency = request.enumeration("consistency", consistencies, `${message}.Consistency`)
  return consistency === "HIGHER_CONSISTENCY" ? "current" : "bounded"
}

/** Text of a tuple for the wire's messages. */
export function showTuple({ object, relation, user }: TupleKey, condition?: TupleCondition | null): string {
  const suffix = condition ? ` (condition ${condition.name})` : ""
  return `${object}#${relation}@${user}${suffix}`
}
