import { GatehouseError } from "@gatehouse/kernel"

/** A place in a file, as far as it is known. Lines and columns count from 1. */
export interface FilePlace {
  readonly file: string
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/** One mistake among several in a file. */
export interface FileMistake extends FilePlace {
  /** What is wrong, without the place and without a full stop. */
  readonly reason: string
}

/** A place as compilers write it: `file:line:column`. */
export function describePlace({ file, line, column }: FilePlace): string {
  return [file, ...(line === undefined ? [] : [line, ...(column === undefined ? [] : [column])])].join(":")
}

/** The codes of what can be wrong with a file. */
export type FileErrorCode =
  | "openfga.file_unreadable"
  | "openfga.file_too_large"
  | "openfga.file_invalid"
  | "openfga.file_model_invalid"
  | "openfga.file_tuple_invalid"

/** At most so many mistakes are listed: one missing bracket can cause hundreds. */
const MISTAKES_SHOWN = 20

/**
 * The error of a file with one or more mistakes. The message holds the first with its place, `details.errors` the others (the first 20
 * in all). Files are the caller's own: their names, and names in them, may be shown. The caller throws it.
 */
export function fileError(
  code: FileErrorCode,
  mistakes: readonly [FileMistake, ...FileMistake[]],
  cause?: unknown,
): GatehouseError {
  const [first, ...rest] = mistakes
  const errors = rest.slice(0, MISTAKES_SHOWN - 1).map((one) => ({
    path: describePlace(one),
    message: one.reason,
  }))
  return new GatehouseError(code, {
    publicMessage: `${describePlace(first)}: ${first.reason.replace(/\.$/, "")}.`,
    details: {
      ...first,
      ...(errors.length === 0 ? {} : { errors, mistakes: mistakes.length }),
    },
    ...(cause === undefined ? {} : { cause }),
  })
}
