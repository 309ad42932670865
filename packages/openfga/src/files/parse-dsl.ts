import type { AuthorizationModel, TypeDefinition } from "@gatehouse/rebac"
import { errors, transformer } from "@openfga/syntax-transformer"
import { type FileMistake, fileError } from "./file-errors.ts"
import { BRACKET_DEPTH_LIMIT } from "./limits.ts"

/** Where a text in OpenFGA's language stands: its file, and the line of the file before its first (0 for a whole file). */
export interface DslPlace {
  readonly file: string
  /** Undefined where lines of the text are no lines of the file: a text in quotes. */
  readonly linesBefore: number | undefined
}

/** A part of a modular model: its types (those that it extends marked), and its conditions. */
export interface ParsedModule {
  readonly model: AuthorizationModel
  readonly extended: ReadonlySet<string>
}

/**
 * A model in OpenFGA's language as JSON. Its form alone is looked at; its rules are the evaluator's to check. Throws
 * `openfga.file_invalid` with every mistake at its line.
 */
export function parseDsl(content: string, place: DslPlace): AuthorizationModel {
  requireShallow(content, place)
  const model = withInlineConditions(content, (text) =>
    transform(place, () => transformer.transformDSLToJSONObject(text)),
  )
  if (model.schema_version === undefined)
    throw fileError("openfga.file_invalid", [
      {
        file: place.file,
        reason: "it is one module of a modular model; name the fga.mod that lists its modules instead",
      },
    ])
  return readModel(model)
}

/** The condition of OpenFGA's experimental inline expressions, whose `$` the parser does not know, and a name as long that it does. */
const inlineCondition = { name: "$expression", standIn: "expression_" } as const

/** Reads a text with the stand-in in place of each `with $expression`, and puts the name back. */
function withInlineConditions(content: string, read: (text: string) => TransformedModel): TransformedModel {
  const { name, standIn } = inlineCondition
  const uses = /\bwith([ \t]+)\$expression\b/g
  if (!uses.test(content) || content.includes(standIn)) return read(content)
  const model = read(content.replace(uses, (_, space: string) => `with${space}${standIn}`))
  return JSON.parse(JSON.stringify(model), (key, value) =>
    key === "condition" && value === standIn ? name : value,
  )
}

/** A module in OpenFGA's language. Throws as `parseDsl` does, and where the text is a whole model. */
export function parseModule(content: string, place: DslPlace): ParsedModule {
  requireShallow(content, place)
  const parsed = transform(place, () => transformer.transformModularDSLToJSONObject(content))
  const { authorizationModel, typeDefExtensions } = parsed
  if (authorizationModel.schema_version !== undefined)
    throw fileError("openfga.file_invalid", [
      { file: place.file, line: 1, reason: "it is a whole model, not a module; begin it with module NAME" },
    ])
  return { model: readModel(authorizationModel), extended: new Set(typeDefExtensions.keys()) }
}

/** What the transformer gives: its type is the SDK's, which is wider than ours in ways that it never uses. */
interface TransformedModel {
  readonly schema_version?: string
  readonly type_definitions?: readonly object[]
  readonly conditions?: object
}

function readModel(model: TransformedModel): AuthorizationModel {
  return {
    schema_version: model.schema_version ?? "",
    type_definitions: (model.type_definitions ?? []) as readonly TypeDefinition[],
    ...(model.conditions === undefined
      ? {}
      : { conditions: model.conditions as NonNullable<AuthorizationModel["conditions"]> }),
  }
}

function requireShallow(content: string, { file }: DslPlace): void {
  let depth = 0
  for (const [bracket] of content.matchAll(/[([{}\])]/g)) {
    depth += "([{".includes(bracket) ? 1 : -1
    if (depth > BRACKET_DEPTH_LIMIT)
      throw fileError("openfga.file_invalid", [{ file, reason: "its brackets nest too deep" }])
  }
}

function transform<Result>(place: DslPlace, run: () => Result): Result {
  try {
    return run()
  } catch (error) {
    if (error instanceof errors.DSLSyntaxError) {
      const [first, ...rest] = error.errors.map((one) => mistakeOf(one, place))
      if (first !== undefined) throw fileError("openfga.file_invalid", [first, ...rest], error)
    }
    // The parser calls itself for each bracket, and stumbles over some half-written texts with errors of other kinds.
    const reason = error instanceof RangeError ? "it nests too deep" : "it is no model in OpenFGA's language"
    throw fileError("openfga.file_invalid", [{ file: place.file, reason }], error)
  }
}

/** The parser counts lines and columns from 0. */
function mistakeOf(
  { line, column, msg }: InstanceType<typeof errors.DSLSyntaxSingleError>,
  { file, linesBefore }: DslPlace,
): FileMistake {
  const reason = msg.replaceAll("\n", "\\n").replaceAll("\r", "\\r")
  const lineInText = (line?.start ?? 0) + 1
  if (linesBefore === undefined) return { file, reason: `line ${lineInText} of the model: ${reason}` }
  return {
    file,
    line: linesBefore + lineInText,
    ...(linesBefore === 0 && column ? { column: column.start + 1 } : {}),
    reason,
  }
}
