import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { loadCases } from "./load-cases.ts"
import { reportLines } from "./report-cases.ts"
import { passed, runCase } from "./run-cases.ts"
import { canRun } from "./run-scenario.ts"
import type { Subject } from "./subject.ts"

/** Suites that others wrote lie beside the repository and are never copied into it. */
const directory = join(import.meta.dirname, "../../../shared/conformance/openfga")

/** OpenFGA's own scenarios, a test for each, on one subject. `subject` is asked when they run. */
export function describeCases(subject: () => Subject): void {
  const cases = loadCases(directory)

  test("every file is read, and none is left out", () => {
    expect([cases.broken, cases.leftOut]).toEqual([[], []])
    expect(cases.scenarios.length).toBeGreaterThan(0)
  })

  describe.each(["stored", "contextual"] as const)("tuples %s", (mode) => {
    test.each(cases.scenarios.filter((scenario) => canRun(scenario, mode)))("$name", async (scenario) => {
      const result = await runCase(subject(), scenario, mode)
      expect(passed(result) ? [] : reportLines(directory, [result])).toEqual([])
    })
  })
}
