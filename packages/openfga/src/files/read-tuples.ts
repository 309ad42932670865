import { extname } from "node:path"
import type { RelationshipTuple } from "@gatehouse/rebac"
import { fileError } from "./file-errors.ts"
import { TUPLE_FILE_BYTES_LIMIT, YAML_FILE_BYTES_LIMIT } from "./limits.ts"
import { parseCsv } from "./parse-csv.ts"
import { parseJson, parseYaml } from "./parse-document.ts"
import {
  anyMembers,
  isAbsent,
  listOf,
  membersOf,
  mistakeAt,
  optional,
  type Part,
  type PartReader,
  type PartSource,
  partsOf,
  text,
} from "./part.ts"
import { notePlace } from "./places.ts"
import { readText } from "./read-text.ts"

const tupleMembers = membersOf({
  user: text,
  relation: text,
  object: text,
  condition: optional(membersOf({ name: text, context: optional(anyMembers) })),
})

/** A tuple. Whether a model allows it is another question. */
export const readTuple: PartReader<RelationshipTuple> = (part) => {
  const { user, relation, object, condition } = tupleMembers(part)
  const tuple: RelationshipTuple =
    condition === undefined
      ? { user, relation, object }
      : {
          user,
          relation,
          object,
          condition:
            condition.context === undefined
              ? { name: condition.name }
              : { name: condition.name, context: condition.context },
        }
  notePlace(tuple, part)
  return tuple
}

/** A tuple as OpenFGA's API answers with it. */
const storedTuple = membersOf({ key: readTuple, timestamp: optional(text) })

const answerMembers = membersOf({
  tuples: listOf((part) => storedTuple(part).key),
  continuation_token: optional(text),
})

/** A list of tuples, or what OpenFGA's Read answers with. */
const tupleList: PartReader<readonly RelationshipTuple[]> = (part) => {
  if (isAbsent(part)) throw mistakeAt(part, "it holds no tuples")
  return Array.isArray(part.value) ? partsOf(part).map(readTuple) : answerMembers(part).tuples
}

/**
 * The tuples in a file: `.yaml`, `.json`, `.jsonl` or `.csv`, by its name. An empty file is refused: it is a mistake more often than
 * none. Throws the `openfga.file_` errors.
 */
export function readTupleFile(file: string): readonly RelationshipTuple[] {
  const tuples = parseTuples(file)
  if (tuples.length === 0) throw fileError("openfga.file_invalid", [{ file, reason: "it holds no tuples" }])
  return tuples
}

function parseTuples(file: string): readonly RelationshipTuple[] {
  const form = extname(file).toLowerCase()
  switch (form) {
    case ".yaml":
    case ".yml":
      return tupleList(parseYaml(file, readText(file, YAML_FILE_BYTES_LIMIT)))
    case ".json":
      return tupleList(parseJson(file, readText(file, TUPLE_FILE_BYTES_LIMIT)))
    case ".jsonl":
      return parseJsonLines(file, readText(file, TUPLE_FILE_BYTES_LIMIT))
    case ".csv":
      return parseTuplesFromCsv(file, readText(file, TUPLE_FILE_BYTES_LIMIT))
    default:
      throw fileError("openfga.file_invalid", [
        { file, reason: "tuples come in .yaml, .json, .jsonl or .csv files" },
      ])
  }
}

function parseJsonLines(file: string, content: string): RelationshipTuple[] {
  return content.split("\n").flatMap((line, index) => {
    if (line.trim() === "") return []
    const source = sourceOfLine(file, index + 1)
    return [readTuple({ source, path: [], value: parseValue(source, line) })]
  })
}

function sourceOfLine(file: string, line: number): PartSource {
  return { file, lineOf: () => line }
}

function parseValue(source: PartSource, content: string): unknown {
  try {
    return JSON.parse(content)
  } catch (cause) {
    const line = source.lineOf([])
    throw fileError("openfga.file_invalid", [{ file: source.file, line, reason: "it is not JSON" }], cause)
  }
}

const requiredColumns = ["user_type", "user_id", "relation", "object_type", "object_id"] as const
const columns = [...requiredColumns, "user_relation", "condition_name", "condition_context"] as const
type Column = (typeof columns)[number]

function parseTuplesFromCsv(file: string, content: string): RelationshipTuple[] {
  const source = sourceOfRows(file)
  const rows = parseCsv(file, content)
  const head = rows.next().value
  const places = placesOfColumns({ source: sourceOfLine(file, 1), path: [], value: head?.cells ?? [] })
  return [...rows].map(({ line, cells }) => {
    const part: Part = { source: sourceOfLine(file, line), path: [], value: cells }
    if (cells.length !== places.size)
      throw mistakeAt(part, `${places.size} values are expected, as in the first line`)
    const cell = (name: Column): string => cells[places.get(name) ?? -1] ?? ""
    const userRelation = cell("user_relation")
    const tuple: RelationshipTuple = {
      user: `${cell("user_type")}:${cell("user_id")}${userRelation === "" ? "" : `#${userRelation}`}`,
      relation: cell("relation"),
      object: `${cell("object_type")}:${cell("object_id")}`,
      ...conditionOf(part, cell("condition_name"), cell("condition_context")),
    }
    notePlace(tuple, { source, path: [line] })
    return tuple
  })
}

/** A file whose parts are found by the number of their line: one source for a million rows. */
function sourceOfRows(file: string): PartSource {
  return { file, lineOf: ([line]) => (typeof line === "number" ? line : undefined) }
}

/** Which column is where. The part's value are the heads. */
function placesOfColumns(part: Part): ReadonlyMap<Column, number> {
  const places = new Map<Column, number>()
  for (const [index, head] of (part.value as readonly string[]).entries()) {
    const column = columns.find((name) => name === head.trim())
    if (column === undefined)
      throw mistakeAt(part, `the first line names columns; known are ${columns.join(", ")}`)
    if (places.has(column)) throw mistakeAt(part, `the column ${column} is there twice`)
    places.set(column, index)
  }
  const missing = requiredColumns.find((name) => !places.has(name))
  if (missing !== undefined) throw mistakeAt(part, `the column ${missing} is missing`)
  if (places.has("condition_context") && !places.has("condition_name"))
    throw mistakeAt(part, "the column condition_name is missing, which condition_context belongs to")
  return places
}

function conditionOf(part: Part, name: string, context: string): Pick<RelationshipTuple, "condition"> {
  if (name === "" && context === "") return {}
  if (name === "") throw mistakeAt(part, "there is a condition_context without a condition_name")
  if (context === "") return { condition: { name } }
  const value = parseValue(part.source, context)
  return { condition: { name, context: anyMembers({ ...part, path: ["condition_context"], value }) } }
}
