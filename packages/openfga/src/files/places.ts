import type { FilePlace } from "./file-errors.ts"
import type { Part } from "./part.ts"

/** Where what was read came from. Held weakly: the tuples themselves stay as plain as the evaluator takes them. */
const parts = new WeakMap<object, Pick<Part, "source" | "path">>()

/** Remembers where something was read. */
export function notePlace(item: object, { source, path }: Pick<Part, "source" | "path">): void {
  parts.set(item, { source, path })
}

/** The file and line that a tuple or an assertion was read from; undefined for one that was made otherwise. */
export function placeOf(item: object): FilePlace | undefined {
  const part = parts.get(item)
  return part === undefined ? undefined : { file: part.source.file, line: part.source.lineOf(part.path) }
}
