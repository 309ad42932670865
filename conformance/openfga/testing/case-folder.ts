import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach } from "vitest"
import { evaluatorSubject } from "../evaluator-subject.ts"
import { loadCases } from "../load-cases.ts"
import { reportLines } from "../report-cases.ts"
import { passed, runCases } from "../run-cases.ts"

/** A folder of test files, empty at the beginning of each test of the file that asks for it. */
export function useCaseFolder() {
  let directory = ""
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), "gatehouse-conformance-"))
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))
  return {
    get directory() {
      return directory
    },
    write: async (files: Readonly<Record<string, string>>): Promise<void> => {
      for (const [name, content] of Object.entries(files)) {
        await mkdir(dirname(join(directory, name)), { recursive: true })
        await writeFile(join(directory, name), content)
      }
    },
    /** What the evaluator came to: names of cases that passed, and the lines of those that did not. */
    outcome: async () => {
      const results = await runCases(evaluatorSubject, loadCases(directory))
      return {
        passed: results
          .filter(passed)
          .map(({ name, mode }) => (mode === "stored" ? name : `${name}, contextual`)),
        failed: reportLines(
          directory,
          results.filter((result) => !passed(result)),
        ),
      }
    },
  }
}

/** A model for the files to hold. */
export const model = `model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type document
  relations
    define viewer: [user, user:*, group#member, user with at_least]
condition at_least(level: double) {
  level >= 3.0
}
`
/** Lines as far to the right as YAML wants them. */
export const indent = (text: string, by: number) => text.trimEnd().replaceAll(/^/gm, " ".repeat(by))
