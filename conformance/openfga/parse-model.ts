import type { AuthorizationModel } from "@gatehouse/rebac"
import { transformer } from "@openfga/syntax-transformer"

/** A model from OpenFGA's language, or from its JSON form where the text is JSON. */
export function parseModel(text: string): AuthorizationModel {
  return text.trimStart().startsWith("{") ? JSON.parse(text) : transformer.transformDSLToJSONObject(text)
}

/** A modular model from its files, as `fga.mod` lists them. */
export function parseModularModel(
  files: readonly { readonly name: string; readonly contents: string }[],
  schemaVersion: string,
): AuthorizationModel {
  return transformer.transformModuleFilesToModel([...files], schemaVersion)
}
