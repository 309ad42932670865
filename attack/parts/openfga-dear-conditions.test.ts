import { describe } from "vitest"
import { createEvaluatorDecider } from "../support/authorization/evaluator-decider.ts"
import { useOwnEngine } from "../support/authorization/own-engine.ts"
import { dearConditionsRow, deepContextsRow } from "../support/authorization/rows/dear-conditions.ts"

const { overWire, inReplica } = useOwnEngine()

describe.each([
  ["the evaluator, in process", createEvaluatorDecider],
  ["the engine, over its wire", overWire],
  ["the replica", inReplica],
])("%s", (_name, make) => {
  dearConditionsRow(make)
  deepContextsRow(make)
})
