import { expect, test } from "vitest"
import { evaluatorSubject } from "./evaluator-subject.ts"
import { runScenario } from "./run-scenario.ts"
import type { Scenario } from "./scenario.ts"
import type { Subject } from "./subject.ts"

const scenario: Scenario = {
  file: "a.yaml",
  line: 1,
  name: "nothing",
  stages: [{ model: undefined, tuples: [], assertions: [] }],
  repeatWithContextualTuples: false,
}
const failing = (step: "createStore" | "close"): Subject => ({
  name: "evaluator",
  createStore: async (name) => {
    if (step === "createStore") throw new Error("it is gone", { cause: new Error("reset") })
    const store = await evaluatorSubject.createStore(name)
    return { ...store, close: () => Promise.reject(new Error("it is gone")) }
  },
})

test("a server that goes away is a failure of the case, not the end of the run", async () => {
  expect(await runScenario(evaluatorSubject, scenario, "stored")).toEqual([])
  const place = { stage: 0, assertion: undefined }
  expect(await runScenario(failing("createStore"), scenario, "stored")).toEqual([
    { ...place, form: "make a store", got: "Error: it is gone (reset)" },
  ])
  expect(await runScenario(failing("close"), scenario, "stored")).toEqual([
    { ...place, form: "remove the store", got: "Error: it is gone" },
  ])
})
