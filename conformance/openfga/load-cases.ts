import { readdirSync, realpathSync, statSync } from "node:fs"
import { join } from "node:path"
import { isConsolidatedTest, readConsolidated } from "./load-consolidated.ts"
import { readStoreTests } from "./load-store-file.ts"
import { allMembers, FileProblem, hasMembers, itemsOf, parseYamlFile } from "./read-yaml.ts"
import type { BrokenCase, LoadedCases, Scenario } from "./scenario.ts"

/** Folders that hold no tests of ours to run: other programs' settings, installed packages. */
const skippedFolder = /^(\..+|node_modules)$/

/**
 * Reads every OpenFGA test file below a directory, or one file: its own format (`tests` with `stages`) and store files
 * (`.fga.yaml`), told by what is in them. What is wrong becomes a case that fails, with its line; the rest is run.
 */
export function loadCases(directory: string): LoadedCases {
  const scenarios: Scenario[] = []
  const broken: BrokenCase[] = []
  const leftOut: string[] = []
  for (const file of statSync(directory).isDirectory() ? yamlFiles(directory) : [directory]) {
    const cases = readCases(file)
    if (cases.length === 0) leftOut.push(file)
    for (const each of cases)
      if ("problem" in each) broken.push(each)
      else scenarios.push(each)
  }
  return { scenarios, broken, leftOut }
}

function readCases(file: string): readonly (Scenario | BrokenCase)[] {
  const isStoreFile = /\.fga\.ya?ml$/i.test(file)
  try {
    const root = parseYamlFile(file)
    if (!hasMembers(root)) {
      if (isStoreFile) throw new FileProblem(file, root.line, "members are expected")
      return []
    }
    const tests = [...allMembers(root)].find(([name]) => name.toLowerCase() === "tests")?.[1]
    if (tests === undefined && !isStoreFile) return []
    if (tests !== undefined && itemsOf(tests).some((test) => hasMembers(test) && isConsolidatedTest(test)))
      return readConsolidated(root)
    return readStoreTests(file)
  } catch (error) {
    if (!(error instanceof Error)) throw error
    // No right to read it, aliases that never end: whatever is wrong with one file, the others are run.
    const line = error instanceof FileProblem ? error.line : undefined
    return [{ file, line, name: "the file", problem: error.message }]
  }
}

/** A folder in which it lies itself, by a link, is not entered again. A link to nothing is a file that cannot be read. */
function yamlFiles(directory: string, around: readonly string[] = []): string[] {
  const folder = realpathSync(directory)
  if (around.includes(folder)) return []
  return readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const path = join(directory, name)
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory())
        return skippedFolder.test(name) ? [] : yamlFiles(path, [...around, folder])
      return /\.ya?ml$/i.test(name) ? [path] : []
    })
}
