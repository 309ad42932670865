import fc from "fast-check"
import { expect, test } from "vitest"
import { compareEvaluators } from "./testing/compare-evaluators.ts"
import { randomCase } from "./testing/random-case.ts"

const CASES = 100_000

test("check, list-objects and list-users agree with the naive evaluator over a hundred thousand random cases", () => {
  fc.assert(
    fc.property(randomCase, (one) => {
      expect(compareEvaluators(one)).toEqual([])
    }),
    { numRuns: CASES },
  )
}, 3_600_000)
