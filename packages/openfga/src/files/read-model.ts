import { basename, dirname, join } from "node:path"
import type { AuthorizationModel } from "@gatehouse/rebac"
import { MODEL_FILE_BYTES_LIMIT } from "./limits.ts"
import { parseJson, parseYaml, type YamlPart } from "./parse-document.ts"
import { parseDsl } from "./parse-dsl.ts"
import { parseJsonModel } from "./parse-json-model.ts"
import { given, label, membersOf, mistakeAt, optional, type Part } from "./part.ts"
import { readModularModel } from "./read-modular-model.ts"
import { readText } from "./read-text.ts"

/** True for the file name of a store file: `.fga.yaml`, or any other YAML. */
export function isYamlFile(file: string): boolean {
  return /\.ya?ml$/i.test(file)
}

/**
 * The model in a file: OpenFGA's language (`.fga`), its JSON, `fga.mod` with its modules, or a store file (`.fga.yaml`). What the name
 * does not tell is told by the contents. Its form alone is looked at: `compileModel` or `checkModel` check its rules. Throws the
 * `openfga.file_` errors.
 */
export function readModelFile(file: string): AuthorizationModel {
  if (basename(file).endsWith(".mod")) return readModularModel(file)
  const content = readText(file, MODEL_FILE_BYTES_LIMIT)
  if (!isYamlFile(file)) return parseModel(content, file)
  const part = parseYaml(file, content)
  const { model, model_file } = modelMembers(part)
  if (model === undefined && model_file === undefined)
    throw mistakeAt(part, "it holds no model and no model_file")
  return readStoreModel(part)
}

/** A model from its text: OpenFGA's language, or JSON where it begins like that. Throws `openfga.file_invalid` for the named file. */
export function parseModel(content: string, file = "model"): AuthorizationModel {
  return isJson(content) || /\.json$/i.test(file)
    ? parseJsonModel(parseJson(file, content))
    : parseDsl(content, { file, linesBefore: 0 })
}

/** A model in OpenFGA's language begins with a word or a comment. */
function isJson(content: string): boolean {
  return /^\s*[{[]/.test(content)
}

const anything = (part: Part): unknown => part.value

/** Every member of a store file, of which only the model's are read here. */
const modelMembers = membersOf({
  name: optional(label),
  model: given,
  model_file: given,
  tuples: anything,
  tuple_file: anything,
  tuple_files: anything,
  tests: anything,
})

/**
 * The model of a store file: its `model`, or the file that `model_file` names, sought from the store file's folder. Where both are
 * there, `model` counts, as for OpenFGA's own tool.
 */
export function readStoreModel(store: YamlPart): AuthorizationModel {
  const { model, model_file } = modelMembers(store)
  if (model !== undefined) {
    const linesBefore = store.source.blockLineOf(["model"])
    return isJson(model)
      ? parseJsonModel(parseJson(store.source.file, model))
      : parseDsl(model, { file: store.source.file, linesBefore })
  }
  if (model_file === undefined) throw mistakeAt(store, "model or model_file is missing")
  const path = join(dirname(store.source.file), model_file)
  if (isYamlFile(path)) throw mistakeAt(store, "a model is a .fga, .json or .mod file", ["model_file"])
  return readModelFile(path)
}
