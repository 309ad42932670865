import type {
  AuthorizationModel,
  ConditionParameter,
  ObjectRelation,
  RelationReference,
  RelationshipTuple,
  Userset,
} from "@gatehouse/rebac"

/*
 * Sizes in protobuf's encoding, in which the real server measures models, contexts and assertions. Every field of these
 * messages has a number under 16, so its tag takes one byte; an empty scalar takes none.
 */

function varint(value: number): number {
  let bytes = 1
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) bytes++
  return bytes
}

const nested = (size: number): number => 1 + varint(size) + size
const text = (value: string | null | undefined): number => {
  const size = Buffer.byteLength(value ?? "", "utf8")
  return size === 0 ? 0 : nested(size)
}
const sum = <Item>(items: Iterable<Item>, size: (item: Item) => number): number => {
  let total = 0
  for (const item of items) total += size(item)
  return total
}
/** A map's entry is a message of key and value. */
const map = <Value>(
  entries: Readonly<Record<string, Value>> | null | undefined,
  size: (value: Value) => number,
): number => sum(Object.entries(entries ?? {}), ([key, value]) => nested(text(key) + nested(size(value))))

/** Bytes of a JSON object as google.protobuf.Struct. */
export function structSize(value: Readonly<Record<string, unknown>>): number {
  return map(value, valueSize)
}

function valueSize(value: unknown): number {
  if (value === null || typeof value === "boolean") return 2
  if (typeof value === "number") return 9
  if (typeof value === "string") return nested(Buffer.byteLength(value, "utf8"))
  if (Array.isArray(value)) return nested(sum(value, (item) => nested(valueSize(item))))
  return nested(structSize(value as Record<string, unknown>))
}

/** Bytes of a tuple in protobuf's encoding, by which the limits of the wire count. */
export function tupleSize({ user, relation, object, condition }: RelationshipTuple): number {
  const key = text(user) + text(relation) + text(object)
  return condition ? key + nested(text(condition.name) + nested(structSize(condition.context ?? {}))) : key
}

/** Bytes of a model with its id, as the limit on models counts them. */
export function modelSize(model: AuthorizationModel): number {
  const id = nested(26)
  const types = sum(model.type_definitions, ({ type, relations, metadata }) =>
    nested(text(type) + map(relations, usersetSize) + (metadata ? nested(metadataSize(metadata)) : 0)),
  )
  const conditions = map(model.conditions, ({ name, expression, parameters, metadata }) => {
    const rest = metadata ? nested(moduleSize(metadata)) : 0
    return text(name) + text(expression) + map(parameters, parameterSize) + rest
  })
  return id + text(model.schema_version) + types + conditions
}

interface Module {
  readonly module?: string | undefined
  readonly source_info?: { readonly file?: string | undefined } | null | undefined
}

function moduleSize({ module, source_info }: Module): number {
  return text(module) + (source_info ? nested(text(source_info.file)) : 0)
}

type TypeMetadata = NonNullable<AuthorizationModel["type_definitions"][number]["metadata"]>

function metadataSize(metadata: TypeMetadata): number {
  const relations = map(metadata.relations, (relation) => {
    const types = sum(relation.directly_related_user_types ?? [], (reference) =>
      nested(referenceSize(reference)),
    )
    return types + moduleSize(relation)
  })
  return relations + moduleSize(metadata)
}

function referenceSize({ type, relation, wildcard, condition }: RelationReference): number {
  const kind = wildcard ? nested(0) : relation === undefined ? 0 : nested(Buffer.byteLength(relation, "utf8"))
  return text(type) + kind + text(condition)
}

function parameterSize({ generic_types }: ConditionParameter): number {
  return 2 + sum(generic_types ?? [], (generic) => nested(parameterSize(generic)))
}

function usersetSize(userset: Userset): number {
  const relation = (reference: ObjectRelation) => nested(text(reference.object) + text(reference.relation))
  const children = (child: readonly Userset[]) => nested(sum(child, (item) => nested(usersetSize(item))))
  if (userset.computedUserset) return relation(userset.computedUserset)
  if (userset.tupleToUserset) {
    return nested(
      relation(userset.tupleToUserset.tupleset) + relation(userset.tupleToUserset.computedUserset),
    )
  }
  if (userset.union) return children(userset.union.child)
  if (userset.intersection) return children(userset.intersection.child)
  if (userset.difference) {
    const { base, subtract } = userset.difference
    return nested(nested(usersetSize(base)) + nested(usersetSize(subtract)))
  }
  return userset.this ? nested(0) : 0
}
