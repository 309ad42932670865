import fc from "fast-check"
import { expect, test } from "vitest"

function draw(): readonly number[] {
  const seen: number[] = []
  fc.assert(
    fc.property(fc.nat(), (number) => {
      seen.push(number)
    }),
    { numRuns: 5 },
  )
  return seen
}

test("a property test that is tried once more gets the same cases", () => {
  expect(draw()).toEqual(draw())
})
