import { describe } from "vitest"
import { createEvaluatorDecider } from "../support/authorization/evaluator-decider.ts"
import { useOwnEngine } from "../support/authorization/own-engine.ts"
import { hostileNamesRow } from "../support/authorization/rows/hostile-names.ts"

const { overWire, inReplica } = useOwnEngine()

describe("the evaluator, in process", () => hostileNamesRow(createEvaluatorDecider, { longIds: "kept" }))
describe("the engine, over its wire", () => hostileNamesRow(overWire, { longIds: "refused" }))
describe("the replica", () => hostileNamesRow(inReplica, { longIds: "refused" }))
