import type { ObjectRelation, Userset } from "@gatehouse/rebac"
import { refuse } from "./error-codes.ts"
import type { WireMessage } from "./proto-json.ts"
import { requireBytesAtMost, requiredViolation } from "./violations.ts"

/** Bytes of a relation and of an object inside a rewrite. */
const maximumRelationBytes = 50
const maximumObjectBytes = 256

const kinds = ["this", "computedUserset", "tupleToUserset", "union", "intersection", "difference"] as const
type Kind = (typeof kinds)[number]

/** These two have a name in protobuf's own spelling besides the JSON one; the wire takes both. */
const otherSpelling: Partial<Record<Kind, string>> = {
  computedUserset: "computed_userset",
  tupleToUserset: "tuple_to_userset",
}

/** A rewrite as the wire takes it: one member, or none, which the model's rules refuse later. */
export function parseUserset(message: WireMessage): Userset {
  const given = kinds.flatMap((kind) => {
    const value = memberOf(message, kind)
    return value ? [{ kind, value }] : []
  })
  const [only, second] = given
  if (second !== undefined) {
    throw refuse(
      "validation_error",
      `error parsing "${second.kind}", oneof openfga.v1.Userset.userset is already set`,
    )
  }
  return only === undefined ? {} : parseKind(only.kind, only.value)
}

function memberOf(message: WireMessage, kind: Kind): WireMessage | undefined {
  const other = otherSpelling[kind]
  return message.message(kind) ?? (other === undefined ? undefined : message.message(other))
}

function parseKind(kind: Kind, value: WireMessage): Userset {
  switch (kind) {
    case "this":
      return { this: {} }
    case "computedUserset":
      return { computedUserset: parseObjectRelation(value) }
    case "tupleToUserset":
      return { tupleToUserset: parseTupleToUserset(value) }
    case "union":
      return { union: { child: value.messages("child").map(parseUserset) } }
    case "intersection":
      return { intersection: { child: value.messages("child").map(parseUserset) } }
    case "difference":
      return {
        difference: {
          base: parseUserset(required(value, "base", "Difference", "Base")),
          subtract: parseUserset(required(value, "subtract", "Difference", "Subtract")),
        },
      }
  }
}

function parseTupleToUserset(value: WireMessage): NonNullable<Userset["tupleToUserset"]> {
  const computed = memberOf(value, "computedUserset")
  if (computed === undefined) throw requiredViolation("TupleToUserset", "ComputedUserset")
  return {
    tupleset: parseObjectRelation(required(value, "tupleset", "TupleToUserset", "Tupleset")),
    computedUserset: parseObjectRelation(computed),
  }
}

function required(message: WireMessage, name: string, type: string, field: string): WireMessage {
  const member = message.message(name)
  if (member === undefined) throw requiredViolation(type, field)
  return member
}

function parseObjectRelation(message: WireMessage): ObjectRelation {
  const object = message.string("object")
  requireBytesAtMost(object, maximumObjectBytes, "ObjectRelation", "Object")
  const relation = message.string("relation")
  requireBytesAtMost(relation, maximumRelationBytes, "ObjectRelation", "Relation")
  return { object, relation }
}
