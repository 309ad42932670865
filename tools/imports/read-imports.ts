import { readFileSync } from "node:fs"
import { parseSync } from "oxc-parser"

/** One import as a file writes it, types included. */
export interface Import {
  readonly file: string
  readonly line: number
  readonly specifier: string
  /** True for `import()`, which loads when it runs. */
  readonly dynamic: boolean
}

/** Every import, re-export and dynamic import with a literal specifier in a source file. */
export function readImports(file: string): Import[] {
  const source = readFileSync(file, "utf8")
  const { module, errors } = parseSync(file, source)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  const at = (offset: number) => source.slice(0, offset).split("\n").length
  const literal = (start: number, end: number) => /^["'`]([^"'`$]+)["'`]$/.exec(source.slice(start, end))?.[1]
  return [
    ...module.staticImports.map(({ start, moduleRequest }) => ({
      file,
      line: at(start),
      specifier: moduleRequest.value,
      dynamic: false,
    })),
    ...module.staticExports.flatMap(({ start, entries }) =>
      entries.flatMap(({ moduleRequest }) =>
        moduleRequest ? [{ file, line: at(start), specifier: moduleRequest.value, dynamic: false }] : [],
      ),
    ),
    ...module.dynamicImports.flatMap(({ start, moduleRequest }) => {
      const specifier = literal(moduleRequest.start, moduleRequest.end)
      return specifier === undefined ? [] : [{ file, line: at(start), specifier, dynamic: true }]
    }),
  ]
}
