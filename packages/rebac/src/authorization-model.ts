/** OpenFGA's authorization model in its JSON form (schema 1.1 and 1.2), as its API takes and gives it. */
export interface AuthorizationModel {
  readonly id?: string | undefined
  readonly schema_version: string
  readonly type_definitions: readonly TypeDefinition[]
  readonly conditions?: Readonly<Record<string, ConditionDefinition>> | null | undefined
}

/** One type with its relations. */
export interface TypeDefinition {
  readonly type: string
  readonly relations?: Readonly<Record<string, Userset>> | null | undefined
  readonly metadata?: TypeMetadata | null | undefined
}

/** What stands beside a type: the type restrictions of its direct relations, and where a modular model defines it. */
export interface TypeMetadata {
  readonly relations?: Readonly<Record<string, RelationMetadata>> | null | undefined
  readonly module?: string | undefined
  readonly source_info?: { readonly file?: string | undefined } | null | undefined
}

/** What a model says of a relation beside its rewrite: who may be related directly. */
export interface RelationMetadata {
  readonly directly_related_user_types?: readonly RelationReference[] | null | undefined
  readonly module?: string | undefined
  readonly source_info?: { readonly file?: string | undefined } | null | undefined
}

/** A type restriction: a type, all of a type (`wildcard`), or a userset (`relation`), each perhaps under a condition. */
export interface RelationReference {
  readonly type: string
  readonly relation?: string | undefined
  readonly wildcard?: object | null | undefined
  readonly condition?: string | undefined
}

/** A relation named inside a rewrite. `object` belongs to OpenFGA's form and is not read. */
export interface ObjectRelation {
  readonly object?: string | undefined
  readonly relation?: string | undefined
}

/** A rewrite: exactly one member is present. */
export interface Userset {
  readonly this?: object | null | undefined
  readonly computedUserset?: ObjectRelation | null | undefined
  readonly tupleToUserset?:
    | {
        readonly tupleset: ObjectRelation
        readonly computedUserset: ObjectRelation
      }
    | null
    | undefined
  readonly union?: { readonly child: readonly Userset[] } | null | undefined
  readonly intersection?: { readonly child: readonly Userset[] } | null | undefined
  readonly difference?: { readonly base: Userset; readonly subtract: Userset } | null | undefined
}

/** A condition in CEL that a tuple can carry, with the types of its parameters. */
export interface ConditionDefinition {
  readonly name: string
  readonly expression: string
  readonly parameters?: Readonly<Record<string, ConditionParameter>> | null | undefined
  readonly metadata?:
    | {
        readonly module?: string | undefined
        readonly source_info?: { readonly file?: string | undefined } | null | undefined
      }
    | null
    | undefined
}

/** A parameter's type: `TYPE_NAME_STRING` and its siblings; lists and maps name their element in `generic_types`. */
export interface ConditionParameter {
  readonly type_name: string
  readonly generic_types?: readonly ConditionParameter[] | null | undefined
}
