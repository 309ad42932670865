import type {
  AuthorizationModel,
  ConditionDefinition,
  RelationReference,
  Userset,
} from "../authorization-model.ts"
import type { Pieces } from "../pieces.ts"

/** A rewrite of the model, its names resolved. */
export type Rewrite =
  | { readonly kind: "direct" }
  | { readonly kind: "computed"; readonly relation: string }
  | { readonly kind: "tuple_to_userset"; readonly tupleset: string; readonly computed: string }
  | { readonly kind: "union"; readonly children: readonly Rewrite[] }
  | { readonly kind: "intersection"; readonly children: readonly Rewrite[] }
  | { readonly kind: "exclusion"; readonly base: Rewrite; readonly subtract: Rewrite }

/** Whom a direct relation may be given to: a type, everyone of it, or a userset, each perhaps under a condition. */
export interface Restriction {
  readonly type: string
  readonly kind: "object" | "everyone" | "userset"
  /** The userset's relation; empty for the other kinds. */
  readonly relation: string
  /** The condition's name; empty for none. */
  readonly condition: string
}

/** One relation of one type. */
export interface RelationSchema {
  /** Place among all relations of the model. */
  readonly index: number
  readonly type: string
  readonly name: string
  readonly rewrite: Rewrite
  /** Each once. */
  readonly restrictions: readonly Restriction[]
  readonly restrictionsByKey: ReadonlyMap<string, Restriction>
  /** The restrictions as the model lists them, repeated ones too: OpenFGA's rules and messages go over them all. */
  readonly listedRestrictions: readonly Restriction[]
  /** The types that the restrictions name, each once: there may be thousands of restrictions to one type. */
  readonly userTypes: readonly string[]
}

/** A model with its names in maps, so that no name of a model can meet a member of `Object.prototype`. */
export interface ModelSchema {
  readonly types: ReadonlyMap<string, ReadonlyMap<string, RelationSchema>>
  readonly relations: readonly RelationSchema[]
  /** Relations that another of their type reads as the right-hand side of `x from y`. */
  readonly tuplesets: ReadonlySet<RelationSchema>
  readonly conditions: ReadonlyMap<string, ConditionDefinition>
}

/** The rewrite of a userset, or undefined where it is none of the language's (no member, an empty one, nested too deep). */
export function readRewrite(userset: Userset | null | undefined, nestingLeft: number): Rewrite | undefined {
  if (userset === null || userset === undefined || nestingLeft <= 0) return undefined
  const { computedUserset, tupleToUserset, union, intersection, difference } = userset
  if (computedUserset) return { kind: "computed", relation: computedUserset.relation ?? "" }
  if (tupleToUserset) {
    const tupleset = tupleToUserset.tupleset?.relation ?? ""
    return { kind: "tuple_to_userset", tupleset, computed: tupleToUserset.computedUserset?.relation ?? "" }
  }
  if (union) return readOperator("union", union.child, nestingLeft)
  if (intersection) return readOperator("intersection", intersection.child, nestingLeft)
  if (difference) {
    const base = readRewrite(difference.base, nestingLeft - 1)
    const subtract = readRewrite(difference.subtract, nestingLeft - 1)
    return base === undefined || subtract === undefined ? undefined : { kind: "exclusion", base, subtract }
  }
  return userset.this ? { kind: "direct" } : undefined
}

function readOperator(
  kind: "union" | "intersection",
  child: readonly Userset[] | null | undefined,
  nestingLeft: number,
) {
  const children: Rewrite[] = []
  for (const one of child ?? []) {
    const rewrite = readRewrite(one, nestingLeft - 1)
    if (rewrite === undefined) return undefined
    children.push(rewrite)
  }
  return children.length === 0 ? undefined : { kind, children }
}

/** The restriction that a reference stands for; undefined for one with an empty relation, which means nothing. */
export function readRestriction(reference: RelationReference): Restriction | undefined {
  const condition = reference.condition ?? ""
  const { type } = reference
  if (reference.wildcard) return { type, kind: "everyone", relation: "", condition }
  if (reference.relation !== undefined)
    return reference.relation === ""
      ? undefined
      : { type, kind: "userset", relation: reference.relation, condition }
  return { type, kind: "object", relation: "", condition }
}

/** Puts a model's names into maps. Its rewrites must have been found readable before (`validateModel`). */
export function* readModel(model: AuthorizationModel, nestingLimit: number): Pieces<ModelSchema> {
  const types = new Map<string, Map<string, RelationSchema>>()
  const relations: RelationSchema[] = []
  for (const definition of model.type_definitions) {
    const ofType = new Map<string, RelationSchema>()
    types.set(definition.type, ofType)
    for (const [name, userset] of Object.entries(definition.relations ?? {})) {
      yield
      const rewrite = readRewrite(userset, nestingLimit)
      if (rewrite === undefined) continue
      const metadata = ownMember(definition.metadata?.relations, name)
      const listed = (metadata?.directly_related_user_types ?? []).flatMap(
        (one) => readRestriction(one) ?? [],
      )
      const relation = {
        index: relations.length,
        type: definition.type,
        name,
        rewrite,
        ...distinctRestrictions(listed),
      }
      relations.push(relation)
      ofType.set(name, relation)
    }
  }
  yield
  const tuplesets = new Set([...types.values()].flatMap(tuplesetsOf))
  return { types, relations, tuplesets, conditions: new Map(Object.entries(model.conditions ?? {})) }
}

function distinctRestrictions(listed: readonly Restriction[]) {
  const restrictionsByKey = new Map(listed.map((one) => [restrictionKey(one), one]))
  return {
    restrictions: [...restrictionsByKey.values()],
    restrictionsByKey,
    listedRestrictions: listed,
    userTypes: [...new Set(listed.map(({ type }) => type))],
  }
}

/** A restriction as a text that only equal ones have. */
export function restrictionKey({ type, kind, relation, condition }: Restriction): string {
  return JSON.stringify([type, kind, relation, condition])
}

function tuplesetsOf(ofType: ReadonlyMap<string, RelationSchema>): RelationSchema[] {
  const leaves = [...ofType.values()].flatMap(({ rewrite }) => [...leavesOf(rewrite)])
  return leaves.flatMap((leaf) => (leaf.kind === "tuple_to_userset" ? (ofType.get(leaf.tupleset) ?? []) : []))
}

/** A member of a JSON object by a name that someone else chose: never one of the prototype's. */
export function ownMember<Value>(
  record: Readonly<Record<string, Value>> | null | undefined,
  name: string,
): Value | undefined {
  return record !== null && record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined
}

/** The leaves of a rewrite, left to right. */
export function* leavesOf(rewrite: Rewrite): IterableIterator<Rewrite> {
  switch (rewrite.kind) {
    case "union":
    case "intersection":
      for (const child of rewrite.children) yield* leavesOf(child)
      return
    case "exclusion":
      yield* leavesOf(rewrite.base)
      yield* leavesOf(rewrite.subtract)
      return
    default:
      yield rewrite
  }
}

/** True where tuples of the relation itself count somewhere in its rewrite. */
export function isAssignable(relation: RelationSchema): boolean {
  for (const leaf of leavesOf(relation.rewrite)) if (leaf.kind === "direct") return true
  return false
}
