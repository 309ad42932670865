import { readFileSync } from "node:fs"
import {
  Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  Scalar,
  type Tags,
  visit,
} from "yaml"

/** Something in a file is not what it must be. `line` counts from 1. */
export class FileProblem extends Error {
  readonly file: string
  readonly line: number | undefined

  constructor(file: string, line: number | undefined, message: string) {
    super(message)
    this.file = file
    this.line = line
  }
}

/** A part of a YAML document that knows where it stands. An absent one is null, as in OpenFGA's files. */
export interface Part {
  readonly file: string
  readonly line: number
  /** How people find it: `checkAssertions[2].tuple`. */
  readonly where: string
  readonly node: unknown
  readonly document: Document
  readonly lines: LineCounter
}

/** OpenFGA reads its files with a YAML 1.1 library that knows neither base 60 nor dates. */
const asOpenfgaReads = (tags: Tags): Tags =>
  tags.filter(
    (tag) => typeof tag === "string" || !(tag.format === "TIME" || tag.tag === "tag:yaml.org,2002:timestamp"),
  )

/** The one document of a YAML file. Throws a `FileProblem` where it is no YAML, or several documents. */
export function parseYamlFile(file: string): Part {
  const lines = new LineCounter()
  const documents = parseAllDocuments(readFileSync(file, "utf8"), {
    lineCounter: lines,
    prettyErrors: false,
    version: "1.1",
    stringKeys: true,
    customTags: asOpenfgaReads,
  })
  const [document = new Document(null), ...more] = Array.isArray(documents) ? documents : []
  const [mistake] = document.errors
  if (mistake !== undefined)
    throw new FileProblem(
      file,
      lines.linePos(mistake.pos[0]).line,
      mistake.message.split("\n", 1)[0] ?? "no YAML",
    )
  // A last `---` leaves an empty one.
  const second = more.find(
    ({ contents, errors }) => errors.length > 0 || !(isScalar(contents) && contents.value === null),
  )
  if (second !== undefined)
    throw new FileProblem(
      file,
      lines.linePos(second.range?.[0] ?? 0).line,
      "the file holds more than one document",
    )
  visit(document, { Scalar: (_, scalar) => void keepHugeNumbers(scalar) })
  return partOf({ file, line: 1, where: "", node: null, document, lines }, document.contents, "")
}

/** A number that no double holds stays the text that it is written as, as for OpenFGA's reader. */
function keepHugeNumbers(scalar: Scalar): void {
  if (typeof scalar.value === "number" && !Number.isFinite(scalar.value) && scalar.source !== undefined)
    scalar.value = scalar.source
}

function partOf(parent: Part, node: unknown, where: string): Part {
  const { document, lines } = parent
  const range = typeof node === "object" && node !== null && "range" in node ? node.range : undefined
  const line = Array.isArray(range) ? lines.linePos(Number(range[0])).line : parent.line
  const part = { ...parent, line, where, node: node ?? null }
  if (!isAlias(node)) return part
  const resolved = node.resolve(document as Parameters<typeof node.resolve>[0])
  if (resolved === undefined) throw problemAt(part, `there is no anchor ${node.source} before it`)
  return { ...part, node: resolved }
}

/** The error for a part that is not what it must be. The caller throws it. */
export function problemAt(part: Part, message: string): FileProblem {
  return new FileProblem(part.file, part.line, part.where === "" ? message : `${part.where}: ${message}`)
}

/** True for what is absent or null. */
export function isAbsent({ node }: Part): boolean {
  return node === null || (isScalar(node) && node.value === null)
}

/** The items of a list; none where it is absent. */
export function itemsOf(part: Part): Part[] {
  if (isAbsent(part)) return []
  if (!isSeq(part.node)) throw problemAt(part, "a list is expected")
  return part.node.items.map((item, index) => partOf(part, item, `${part.where}[${index}]`))
}

/** True where a part has members. */
export function hasMembers({ node }: Part): boolean {
  return isMap(node)
}

/** Every member, those of merged maps (`<<`) included, by its name as it is written. */
export function allMembers(part: Part): Map<string, Part> {
  if (!isMap(part.node))
    throw problemAt(part, isAbsent(part) ? "members are missing" : "members are expected")
  const members = new Map<string, Part>()
  for (const { key, value } of part.node.items) {
    const name = isScalar(key) ? String(key.source ?? key.value) : String(key)
    const where = part.where === "" ? name : `${part.where}.${name}`
    const keyed = partOf(part, key, where)
    const member = partOf(keyed, value, where)
    if (name !== "<<") members.set(name, member)
    else
      for (const merged of isMap(member.node) ? [member] : itemsOf(member))
        for (const [inner, below] of allMembers(merged)) if (!members.has(inner)) members.set(inner, below)
  }
  return members
}

/**
 * The members of a part by name, all of which must be known: what nothing handles must fail, not be passed over. Upper and
 * lower case count as one, as for OpenFGA's reader. An absent member is there as null.
 */
export function knownMembers<Name extends string>(
  part: Part,
  names: readonly Name[],
): Readonly<Record<Name, Part>> {
  const found = new Map<string, Part>()
  for (const [name, member] of allMembers(part)) {
    const known = names.find((each) => each.toLowerCase() === name.toLowerCase())
    if (known === undefined)
      throw problemAt(member, `nothing handles this member; known are ${names.join(", ")}`)
    if (found.has(known)) throw problemAt(member, "the member is there twice")
    found.set(known, member)
  }
  return Object.fromEntries(
    names.map((name) => [name, found.get(name) ?? { ...part, where: `${part.where}.${name}`, node: null }]),
  ) as Record<Name, Part>
}

/** Text; a number is taken as it is written. */
export function textOf(part: Part): string {
  if (isScalar(part.node)) {
    if (typeof part.node.value === "string") return part.node.value
    if (typeof part.node.value === "number") return part.node.source ?? String(part.node.value)
  }
  throw problemAt(part, isAbsent(part) ? "text is missing" : "text is expected")
}

/** The line before the first line of a text that stands as a block; undefined for a text within a line. */
export function lineBeforeText({ node, lines }: Part): number | undefined {
  if (!isScalar(node) || node.type !== Scalar.BLOCK_LITERAL || !node.range) return undefined
  return lines.linePos(node.range[0]).line
}

/** Any value as plain data. */
export function dataOf(part: Part): unknown {
  const { node, document } = part
  return isMap(node) || isSeq(node) || isScalar(node) ? node.toJS(document) : null
}

/** Plain members, whatever they are called; undefined where they are absent. */
export function recordOf(part: Part): Readonly<Record<string, unknown>> | undefined {
  if (isAbsent(part)) return undefined
  if (!isMap(part.node)) throw problemAt(part, "members are expected")
  return dataOf(part) as Readonly<Record<string, unknown>>
}
