import { isGatehouseError } from "@gatehouse/kernel"
import {
  type Document,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  parseDocument,
  type YAMLError,
} from "yaml"
import { fileError } from "./file-errors.ts"
import type { Part, PartPath, PartSource } from "./part.ts"

/** A document in YAML, as a part. Anchors and merge keys are followed, as OpenFGA's own tool does. Throws `openfga.file_invalid`. */
export function parseYaml(file: string, content: string): YamlPart {
  const lines = new LineCounter()
  try {
    const document = parseDocument(content, {
      lineCounter: lines,
      merge: true,
      stringKeys: true,
      prettyErrors: false,
    })
    const mistakes = document.errors.filter((error) => !isLastMark(error, content))
    const [first, ...rest] = mistakes.map(({ code, message, pos }) => ({
      file,
      line: lines.linePos(pos[0]).line,
      reason: code === "MULTIPLE_DOCS" ? "a second document begins here" : sentenceOf(message),
    }))
    if (first !== undefined) throw fileError("openfga.file_invalid", [first, ...rest])
    const source: YamlSource = {
      file,
      lineOf: (path) => lineIn(document, lines, path),
      blockLineOf: (path) => blockLineIn(document, lines, path),
    }
    return { source, path: [], value: document.toJS() as unknown }
  } catch (error) {
    if (isGatehouseError(error) || !(error instanceof Error)) throw error
    // Too many aliases, nesting at which the stack ends, a merge of what are no members: the library throws whatever comes.
    const reason = error instanceof RangeError ? "it nests too deep" : sentenceOf(error.message)
    throw fileError("openfga.file_invalid", [{ file, reason }], error)
  }
}

/** True where the second document that the library speaks of is the nothing behind a last `---`. */
function isLastMark({ code }: YAMLError, content: string): boolean {
  const documents = code === "MULTIPLE_DOCS" ? parseAllDocuments(content) : undefined
  return (
    Array.isArray(documents) &&
    documents
      .slice(1)
      .every(({ contents, errors }) => errors.length === 0 && isScalar(contents) && contents.value === null)
  )
}

/** What only YAML has: text over several lines. */
export interface YamlSource extends PartSource {
  /** The line of the file before the first line of a text that stands in a literal block (`|`), else undefined. */
  blockLineOf(path: PartPath): number | undefined
}

/** A document in YAML, or a part of it. */
export interface YamlPart extends Part {
  readonly source: YamlSource
}

/** A document in JSON, as a part. Throws `openfga.file_invalid`. */
export function parseJson(file: string, content: string): Part {
  try {
    return { source: jsonSource(file, content), path: [], value: JSON.parse(content) as unknown }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const line = /\(line (\d+) column \d+\)/.exec(error.message)?.[1]
    const place = line === undefined ? content.split("\n").length : Number(line)
    throw fileError(
      "openfga.file_invalid",
      [{ file, line: place, reason: "it is not JSON from here on" }],
      error,
    )
  }
}

/** Larger JSON is not read a second time for a line: the path alone must do. In characters. */
const LINES_FOUND_IN = 1024 * 1024

/** JSON is YAML: where a line is wanted, the text is read once more as that, and for all lines alike. */
function jsonSource(file: string, content: string): PartSource {
  const lines = new LineCounter()
  let document: Document.Parsed | undefined
  return {
    file,
    lineOf(path) {
      if (content.length > LINES_FOUND_IN) return undefined
      document ??= parseDocument(content, { lineCounter: lines })
      return lineIn(document, lines, path)
    },
  }
}

/** The line of a member's name, or of an item, or of the nearest thing around it. */
function lineIn(document: Document.Parsed, lines: LineCounter, path: PartPath): number | undefined {
  let node: unknown = document.contents
  let offset = offsetOf(node)
  for (const step of path) {
    if (isSeq(node)) node = node.items[Number(step)]
    else if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      offset = offsetOf(pair?.key) ?? offset
      node = pair?.value
      continue
    } else break
    offset = offsetOf(node) ?? offset
  }
  return offset === undefined ? undefined : lines.linePos(offset).line
}

function blockLineIn(document: Document.Parsed, lines: LineCounter, path: PartPath): number | undefined {
  const node: unknown = document.getIn(path, true)
  if (!isScalar(node) || node.type !== "BLOCK_LITERAL" || !node.range) return undefined
  return lines.linePos(node.range[0]).line
}

function offsetOf(node: unknown): number | undefined {
  if (typeof node !== "object" || node === null || !("range" in node)) return undefined
  return Array.isArray(node.range) ? Number(node.range[0]) : undefined
}

/** The library's message as ours: one line, without its full stop. */
function sentenceOf(message: string): string {
  const line = message.split("\n", 1)[0] ?? ""
  return `YAML: ${line.replace(/[.:\s]+$/, "")}`
}
