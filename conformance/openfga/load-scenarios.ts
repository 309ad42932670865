import { readdirSync, readFileSync, statSync } from "node:fs"
import { join } from "node:path"
import { parse as parseYaml } from "yaml"
import { readConsolidated } from "./load-consolidated.ts"
import { readStoreTest } from "./load-store-test.ts"
import { asRecord } from "./read-yaml.ts"
import type { Scenario } from "./scenario.ts"

/**
 * Reads every OpenFGA test file below a directory: its own format (`tests` with `stages`) and store tests (`.fga.yaml`). Throws
 * where a file holds something that nothing handles, and where the directory holds no test at all.
 */
export function loadScenarios(directory: string): Scenario[] {
  const scenarios = yamlFiles(directory).flatMap((file) => {
    const document: unknown = parseYaml(readFileSync(file, "utf8"))
    if (file.endsWith(".fga.yaml") || file.endsWith(".fga.yml")) return readStoreTest(file, document)
    // Files of tuples and the like stand beside store tests; only what has tests is one.
    if (Array.isArray(document) || !("tests" in asRecord(document, file))) return []
    return readConsolidated(file, document)
  })
  if (scenarios.length === 0) throw new Error(`no OpenFGA test file in ${directory}`)
  return scenarios
}

function yamlFiles(directory: string): string[] {
  return readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const path = join(directory, name)
      if (statSync(path).isDirectory()) return yamlFiles(path)
      return /\.ya?ml$/.test(name) ? [path] : []
    })
}
