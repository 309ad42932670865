import { type CelFunc, CelScalar, celFunc } from "@bufbuild/cel"

/** The order of texts in CEL: by code points. JavaScript's own is by halves of them, and puts an emoji before U+FFFF. */

const { BOOL, STRING } = CelScalar

/** Below 0 where the first text comes first, 0 where both are the same. */
function compareTexts(one: string, other: string): number {
  const shared = Math.min(one.length, other.length)
  for (let index = 0; index < shared; index++) {
    const difference = rankOf(one.charCodeAt(index)) - rankOf(other.charCodeAt(index))
    if (difference !== 0) return difference
  }
  return one.length - other.length
}

/** Halves of what lies beyond U+FFFF rank above all that does not. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x1_0000 : unit
}

/** The comparisons of texts. */
export const textComparisons: readonly CelFunc[] = [
  celFunc("_<_", [STRING, STRING], BOOL, (one, other) => compareTexts(one, other) < 0),
  celFunc("_<=_", [STRING, STRING], BOOL, (one, other) => compareTexts(one, other) <= 0),
  celFunc("_>_", [STRING, STRING], BOOL, (one, other) => compareTexts(one, other) > 0),
  celFunc("_>=_", [STRING, STRING], BOOL, (one, other) => compareTexts(one, other) >= 0),
]
