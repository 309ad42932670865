import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { evaluatorSubject } from "./evaluator-subject.ts"
import { loadScenarios } from "./load-scenarios.ts"
import { canRun, runScenario } from "./run-scenario.ts"

// Suites that others wrote lie beside the repository and are never copied into it.
const directory = join(import.meta.dirname, "../../../shared/conformance/openfga")

describe.each(["stored", "contextual"] as const)("OpenFGA's consolidated scenarios, tuples %s", (mode) => {
  const scenarios = loadScenarios(directory).filter((scenario) => canRun(scenario, mode))
  test.each(scenarios)("the evaluator answers $name as OpenFGA does", async (scenario) => {
    expect(await runScenario(evaluatorSubject, scenario, mode)).toEqual([])
  })
})
