/** OpenFGA's authorization model in its JSON form (schema 1.1 and 1.2), as its API takes and gives it. */
export interface AuthorizationModel {
  readonly id?: string
  readonly schema_version: string
  readonly type_definitions: readonly TypeDefinition[]
  readonly conditions?: Readonly<Record<string, ConditionDefinition>> | null
}

/** One type with its relations. */
export interface TypeDefinition {
  readonly type: string
  readonly relations?: Readonly<Record<string, Userset>> | null
  readonly metadata?: TypeMetadata | null
}

/** What stands beside a type: the type restrictions of its direct relations, and where a modular model defines it. */
export interface TypeMetadata {
  readonly relations?: Readonly<Record<string, RelationMetadata>> | null
  readonly module?: string
  readonly source_info?: { readonly file?: string } | null
}

export interface RelationMetadata {
  readonly directly_related_user_types?: readonly RelationReference[] | null
  readonly module?: string
  readonly source_info?: { readonly file?: string } | null
}

/** A type restriction: a type, all of a type (`wildcard`), or a userset (`relation`), each perhaps under a condition. */
export interface RelationReference {
  readonly type: string
  readonly relation?: string
  readonly wildcard?: Readonly<Record<string, never>> | null
  readonly condition?: string
}

export interface ObjectRelation {
  readonly object?: string
  readonly relation: string
}

/** A rewrite: exactly one member is present. */
export interface Userset {
  readonly this?: Readonly<Record<string, never>> | null
  readonly computedUserset?: ObjectRelation | null
  readonly tupleToUserset?: {
    readonly tupleset: ObjectRelation
    readonly computedUserset: ObjectRelation
  } | null
  readonly union?: { readonly child: readonly Userset[] } | null
  readonly intersection?: { readonly child: readonly Userset[] } | null
  readonly difference?: { readonly base: Userset; readonly subtract: Userset } | null
}

export interface ConditionDefinition {
  readonly name: string
  readonly expression: string
  readonly parameters?: Readonly<Record<string, ConditionParameter>> | null
  readonly metadata?: {
    readonly module?: string
    readonly source_info?: { readonly file?: string } | null
  } | null
}

/** A parameter's type: `TYPE_NAME_STRING` and its siblings; lists and maps name their element in `generic_types`. */
export interface ConditionParameter {
  readonly type_name: string
  readonly generic_types?: readonly ConditionParameter[] | null
}
