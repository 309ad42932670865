import fc from "fast-check"
import { expect, test } from "vitest"
import { compareEvaluators } from "./testing/compare-evaluators.ts"
import { randomCase } from "./testing/random-case.ts"

/** About ten seconds; differential.long.test.ts runs fifty times as many. */
const CASES = 2_000
/** A change is judged by the same cases as the one before it; the long run draws new ones each time. */
const SEED = 20_261_122

test("check, list-objects and list-users agree with the naive evaluator on random models, tuples and questions", () => {
  fc.assert(
    fc.property(randomCase, (one) => {
      expect(compareEvaluators(one)).toEqual([])
    }),
    { numRuns: CASES, seed: SEED },
  )
}, 120_000)
