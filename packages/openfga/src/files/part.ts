import type { GatehouseError } from "@gatehouse/kernel"
import { fileError } from "./file-errors.ts"
import { MEMBER_DEPTH_LIMIT } from "./limits.ts"

/** The way from the top of a document to a part of it: names of members and places in lists. */
export type PartPath = readonly (string | number)[]

/** The file that a document came from. */
export interface PartSource {
  readonly file: string
  /** The line of a part, counted from 1; undefined where it is not known. Looked for only when there is a mistake to tell of. */
  lineOf(path: PartPath): number | undefined
}

/** A value of a document with its place, so that a mistake in it can be named. */
export interface Part {
  readonly source: PartSource
  readonly path: PartPath
  /** Undefined where the member is absent. */
  readonly value: unknown
}

/** Takes a part for what it should be, or throws `openfga.file_invalid` with its place. */
export type PartReader<Value> = (part: Part) => Value

/** The error for a part that is not what it should be. The caller throws it. */
export function mistakeAt(part: Part, reason: string, path: PartPath = part.path): GatehouseError {
  const { source } = part
  const named = describePath(path)
  const line = source.lineOf(path)
  return fileError("openfga.file_invalid", [
    { file: source.file, line, reason: named === "" ? reason : `${named}: ${reason}` },
  ])
}

function describePath(path: PartPath): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : index === 0 ? step : `.${step}`))
    .join("")
}

/** True for a member that is absent or null: OpenFGA's files take both for nothing. */
export function isAbsent({ value }: Part): boolean {
  return value === undefined || value === null
}

/** Text. */
export const text: PartReader<string> = (part) => {
  if (typeof part.value !== "string") throw expected(part, "text")
  return part.value
}

/** Text, or undefined where it is absent or empty: OpenFGA's own tool makes no difference. */
export const given: PartReader<string | undefined> = (part) => optional(text)(part) || undefined

/** A name for people: text, or a number that YAML took it for. */
export const label: PartReader<string> = (part) => {
  if (typeof part.value === "number" || typeof part.value === "boolean") return String(part.value)
  return text(part)
}

/** Words that OpenFGA's own tool takes for a truth value too, wherever it expects one: YAML 1.1 had them. */
const truthWords: ReadonlyMap<unknown, boolean> = new Map([
  ...["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"].map((word) => [word, true] as const),
  ...["n", "N", "no", "No", "NO", "off", "Off", "OFF"].map((word) => [word, false] as const),
])

/** True or false. */
export const flag: PartReader<boolean> = (part) => {
  const value = typeof part.value === "boolean" ? part.value : truthWords.get(part.value)
  if (value === undefined) throw expected(part, "true or false")
  return value
}

/** An object with any members, as it is. */
export const anyMembers: PartReader<Readonly<Record<string, unknown>>> = (part) => objectOf(part)

/** The same, or undefined where the member is absent. */
export function optional<Value>(reader: PartReader<Value>): PartReader<Value | undefined> {
  return (part) => (isAbsent(part) ? undefined : reader(part))
}

/** A list; one that is absent is empty. */
export function listOf<Value>(reader: PartReader<Value>): PartReader<Value[]> {
  return (part) => partsOf(part).map(reader)
}

/** The parts of a list; none where it is absent. */
export function partsOf(part: Part): Part[] {
  if (isAbsent(part)) return []
  if (!Array.isArray(part.value)) throw expected(part, "a list")
  return part.value.map((value: unknown, index) => below(part, index, value))
}

/** An object whose members are all of one form. */
export function recordOf<Value>(reader: PartReader<Value>): PartReader<Record<string, Value>> {
  return (part) =>
    Object.fromEntries(
      Object.entries(objectOf(part)).map(([name, value]) => [name, reader(below(part, name, value))]),
    )
}

/** An object with these members and no others. */
export function membersOf<Readers extends Readonly<Record<string, PartReader<unknown>>>>(
  readers: Readers,
): PartReader<{ readonly [Name in keyof Readers]: ReturnType<Readers[Name]> }> {
  return (part) => {
    const members = objectOf(part)
    const unknown = Object.keys(members).find((name) => !Object.hasOwn(readers, name))
    if (unknown !== undefined) {
      const known = Object.keys(readers).join(", ")
      throw mistakeAt(part, `there is no such member; known are ${known}`, [...part.path, unknown])
    }
    return Object.fromEntries(
      Object.entries(readers).map(([name, reader]) => [
        name,
        reader(below(part, name, Object.hasOwn(members, name) ? members[name] : undefined)),
      ]),
    ) as { readonly [Name in keyof Readers]: ReturnType<Readers[Name]> }
  }
}

function objectOf(part: Part): Readonly<Record<string, unknown>> {
  const { value } = part
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw expected(part, "an object with members")
  return value as Readonly<Record<string, unknown>>
}

function below(part: Part, step: string | number, value: unknown): Part {
  if (part.path.length >= MEMBER_DEPTH_LIMIT) throw mistakeAt(part, "it nests too deep", [])
  return { source: part.source, path: [...part.path, step], value }
}

function expected(part: Part, what: string): GatehouseError {
  return mistakeAt(part, isAbsent(part) ? `${what} is missing` : `${what} is expected`)
}
