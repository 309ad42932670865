import { dirname, join } from "node:path"
import type { AuthorizationModel, ConditionDefinition, TypeDefinition } from "@gatehouse/rebac"
import { type FileMistake, fileError } from "./file-errors.ts"
import { MODEL_FILE_BYTES_LIMIT, NAMED_FILES_LIMIT } from "./limits.ts"
import { parseYaml } from "./parse-document.ts"
import { type ParsedModule, parseModule } from "./parse-dsl.ts"
import { listOf, membersOf, mistakeAt, type PartReader, text } from "./part.ts"
import { readText } from "./read-text.ts"

/** A module's file as `fga.mod` names it, below the folder of `fga.mod`: OpenFGA takes nothing else. */
const moduleFile: PartReader<string> = (part) => {
  const name = text(part)
  if (!name.endsWith(".fga")) throw mistakeAt(part, "a module's file ends with .fga")
  if (/^[/\\]|(^|[/\\])\.\.([/\\]|$)/.test(name))
    throw mistakeAt(part, "a module's file lies below the folder of fga.mod")
  return name
}

const manifest = membersOf({ schema: text, contents: listOf(moduleFile) })

/** A modular model (`fga.mod` and the modules that it lists) as one model. Throws the errors of files, with all mistakes of all modules. */
export function readModularModel(file: string): AuthorizationModel {
  const part = parseYaml(file, readText(file, MODEL_FILE_BYTES_LIMIT))
  const { schema, contents } = manifest(part)
  if (schema !== "1.2")
    throw mistakeAt(part, `modular models are of schema "1.2", with its quotes`, ["schema"])
  if (contents.length === 0) throw mistakeAt(part, "it lists no module", ["contents"])
  if (contents.length > NAMED_FILES_LIMIT)
    throw mistakeAt(part, `it lists more than ${NAMED_FILES_LIMIT} modules`, ["contents"])
  const merged = new ModuleMerger()
  for (const name of contents) {
    const path = join(dirname(file), name)
    const module = parseModule(readText(path, MODEL_FILE_BYTES_LIMIT), { file: path, linesBefore: 0 })
    merged.add(name, path, module)
  }
  return merged.finish(schema)
}

/** Modules as one model: types and conditions side by side, extensions of a type put into it. */
class ModuleMerger {
  readonly #types = new Map<string, TypeDefinition>()
  readonly #conditions = new Map<string, ConditionDefinition>()
  readonly #extensions: { readonly path: string; readonly definition: TypeDefinition }[] = []
  readonly #mistakes: FileMistake[] = []

  add(name: string, path: string, { model, extended }: ParsedModule): void {
    const source_info = { file: name }
    for (const definition of model.type_definitions) {
      const { type } = definition
      if (extended.has(type)) this.#extensions.push({ path, definition: withSource(definition, name) })
      else if (this.#types.has(type)) this.#refuse(path, `type ${type} is defined by another module too`)
      else this.#types.set(type, { ...definition, metadata: { ...definition.metadata, source_info } })
    }
    for (const [key, condition] of Object.entries(model.conditions ?? {})) {
      if (this.#conditions.has(key)) this.#refuse(path, `condition ${key} is defined by another module too`)
      else this.#conditions.set(key, { ...condition, metadata: { ...condition.metadata, source_info } })
    }
  }

  finish(schemaVersion: string): AuthorizationModel {
    for (const { path, definition } of this.#extensions) this.#extend(path, definition)
    const [first, ...rest] = this.#mistakes
    if (first !== undefined) throw fileError("openfga.file_invalid", [first, ...rest])
    return {
      schema_version: schemaVersion,
      type_definitions: [...this.#types.values()],
      conditions: Object.fromEntries(this.#conditions),
    }
  }

  #extend(path: string, { type, relations, metadata }: TypeDefinition): void {
    const base = this.#types.get(type)
    if (base === undefined) {
      this.#refuse(path, `type ${type} is extended, and no module defines it`)
      return
    }
    for (const relation of Object.keys(relations ?? {}))
      if (Object.hasOwn(base.relations ?? {}, relation))
        this.#refuse(path, `relation ${relation} of type ${type} is defined already`)
    this.#types.set(type, {
      ...base,
      relations: { ...base.relations, ...relations },
      metadata: {
        ...base.metadata,
        relations: { ...base.metadata?.relations, ...metadata?.relations },
      },
    })
  }

  #refuse(file: string, reason: string): void {
    this.#mistakes.push({ file, reason })
  }
}

/** OpenFGA notes beside each relation of an extension where it is defined. */
function withSource(definition: TypeDefinition, file: string): TypeDefinition {
  const relations = Object.entries(definition.metadata?.relations ?? {}).map(
    ([name, metadata]) => [name, { ...metadata, source_info: { file } }] as const,
  )
  return { ...definition, metadata: { ...definition.metadata, relations: Object.fromEntries(relations) } }
}
