import fc from "fast-check"
import { expect, test } from "vitest"
import { compareEvaluators } from "./testing/compare-evaluators.ts"
import { randomCase } from "./testing/random-case.ts"

// 2,000 cases take about ten seconds; differential.long.test.ts runs fifty times as many.
const CASES = 2_000

test("the evaluator agrees with the naive one on check, list-objects and list-users, for random models, tuples and questions", {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(randomCase, (one) => {
      expect(compareEvaluators(one)).toEqual([])
    }),
    { numRuns: CASES },
  )
})
