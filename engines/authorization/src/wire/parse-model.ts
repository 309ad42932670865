import type {
  AuthorizationModel,
  ConditionDefinition,
  ConditionParameter,
  RelationMetadata,
  RelationReference,
  TypeDefinition,
  TypeMetadata,
} from "@gatehouse/rebac"
import { refuse } from "./error-codes.ts"
import {
  maximumConditionExpressionBytes,
  maximumConditionParameters,
  maximumConditionsPerModel,
  maximumGenericTypes,
} from "./limits.ts"
import { parseUserset } from "./parse-userset.ts"
import type { WireMessage } from "./proto-json.ts"
import { requireAtMost, requireBytesAtMost, requirePattern, violation, wirePatterns } from "./violations.ts"

const typeNameField = "ConditionParamTypeRef.TypeName"

const schemaVersions = new Set(["1.0", "1.1", "1.2"])

/** Numbers of the parameter types, as protobuf has them. */
const typeNames = {
  TYPE_NAME_UNSPECIFIED: 0,
  TYPE_NAME_ANY: 1,
  TYPE_NAME_BOOL: 2,
  TYPE_NAME_STRING: 3,
  TYPE_NAME_INT: 4,
  TYPE_NAME_UINT: 5,
  TYPE_NAME_DOUBLE: 6,
  TYPE_NAME_DURATION: 7,
  TYPE_NAME_TIMESTAMP: 8,
  TYPE_NAME_MAP: 9,
  TYPE_NAME_LIST: 10,
  TYPE_NAME_IPADDRESS: 11,
} as const

/** A model as the wire takes it, in one canonical form: unknown members gone, defaults filled in. */
export function parseModel(request: WireMessage): AuthorizationModel {
  const message = "WriteAuthorizationModelRequest"
  const types = request.messages("type_definitions")
  if (types.length === 0) throw violation(message, "TypeDefinitions", "value must contain at least 1 item(s)")
  const schemaVersion = request.string("schema_version")
  if (!schemaVersions.has(schemaVersion))
    throw violation(message, "SchemaVersion", "value must be in list [1.0 1.1 1.2]")
  const conditions = request.entries("conditions")
  requireAtMost(conditions.length, maximumConditionsPerModel, message, "Conditions", "pair(s)")
  for (const [name] of conditions) requirePattern(name, wirePatterns.relation, message, `Conditions[${name}]`)
  return {
    schema_version: schemaVersion,
    type_definitions: types.map(parseType),
    conditions: record(conditions, parseCondition),
  }
}

/** A map with the given keys as own members, `__proto__` included. */
function record<Value>(
  entries: readonly (readonly [string, WireMessage])[],
  parse: (value: WireMessage) => Value,
): Record<string, Value> {
  return Object.fromEntries(entries.map(([key, value]) => [key, parse(value)]))
}

function parseType(message: WireMessage): TypeDefinition {
  const type = message.string("type")
  requirePattern(type, wirePatterns.type, "TypeDefinition", "Type")
  const relations = message.entries("relations")
  for (const [name] of relations)
    requirePattern(name, wirePatterns.relation, "TypeDefinition", `Relations[${name}]`)
  const metadata = message.message("metadata")
  return {
    type,
    relations: record(relations, parseUserset),
    metadata: metadata ? parseTypeMetadata(metadata) : null,
  }
}

function parseTypeMetadata(message: WireMessage): TypeMetadata {
  return {
    relations: record(message.entries("relations"), parseRelationMetadata),
    ...parseModule(message, "Metadata"),
  }
}

function parseRelationMetadata(message: WireMessage): RelationMetadata {
  return {
    directly_related_user_types: message.messages("directly_related_user_types").map(parseReference),
    ...parseModule(message, "RelationMetadata"),
  }
}

interface Module {
  readonly module: string
  readonly source_info: { readonly file: string } | null
}

function parseModule(message: WireMessage, name: string): Module {
  const module = message.string("module")
  if (module !== "") requirePattern(module, wirePatterns.relation, name, "Module")
  const file = message.message("source_info")?.string("file")
  if (file) requirePattern(file, wirePatterns.sourceFile, "SourceInfo", "File")
  return { module, source_info: file === undefined ? null : { file } }
}

function parseReference(message: WireMessage): RelationReference {
  const type = message.string("type")
  requirePattern(type, wirePatterns.type, "RelationReference", "Type")
  const relation = message.has("relation") ? message.string("relation") : undefined
  if (relation) requirePattern(relation, wirePatterns.relation, "RelationReference", "Relation")
  const wildcard = message.message("wildcard")
  if (relation !== undefined && wildcard) {
    throw refuse(
      "validation_error",
      'error parsing "wildcard", oneof openfga.v1.RelationReference.relation_or_wildcard is already set',
    )
  }
  const condition = message.string("condition")
  if (condition !== "") requirePattern(condition, wirePatterns.relation, "RelationReference", "Condition")
  return {
    type,
    ...(relation === undefined ? {} : { relation }),
    ...(wildcard ? { wildcard: {} } : {}),
    condition,
  }
}

function parseCondition(message: WireMessage): ConditionDefinition {
  const name = message.string("name")
  requirePattern(name, wirePatterns.relation, "Condition", "Name")
  const expression = message.string("expression")
  requireBytesAtMost(expression, maximumConditionExpressionBytes, "Condition", "Expression")
  const parameters = message.entries("parameters")
  requireAtMost(parameters.length, maximumConditionParameters, "Condition", "Parameters", "pair(s)")
  for (const [key] of parameters)
    requirePattern(key, wirePatterns.relation, "Condition", `Parameters[${key}]`)
  const metadata = message.message("metadata")
  return {
    name,
    expression,
    parameters: record(parameters, parseParameter),
    metadata: metadata ? parseModule(metadata, "ConditionMetadata") : null,
  }
}

function parseParameter(message: WireMessage): ConditionParameter {
  const generics = message.messages("generic_types")
  requireAtMost(generics.length, maximumGenericTypes, "ConditionParamTypeRef", "GenericTypes", "item(s)")
  return {
    type_name: message.enumeration("type_name", typeNames, typeNameField) ?? "TYPE_NAME_UNSPECIFIED",
    generic_types: generics.map(parseParameter),
  }
}
