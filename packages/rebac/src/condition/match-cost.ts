/** What reading a pattern costs for each character of it, and for each with its repetitions written out, against one compared. */
const CHARACTER_COST = 100
const EXPANDED_COST = 16
/** The same for a class of characters, and for one of Unicode's that is to match both cases. */
const CLASS_COST = 2_000
const FOLDED_CLASS_COST = 20_000
/** The same for each character of a range that is to match both cases: they are looked up one by one. */
const FOLDED_CHARACTER_COST = 14

/**
 * The cost of a `matches`: characters of the text times length of the pattern, which matching takes at most, and what it takes to read the
 * pattern, which happens each time. Measured on the library: some patterns of a few hundred letters take it a quarter of a second to read.
 */
export function matchCost(text: string, pattern: string): number {
  return (text.length + EXPANDED_COST) * expandedLength(pattern) + readingCost(pattern)
}

/** The length of a pattern with its counted repetitions written out: `a{10}{10}` stands for a hundred letters. */
function expandedLength(pattern: string): number {
  let repetitions = 1
  for (const [, low = "1", high = low] of pattern.matchAll(/\{([0-9]{1,4}),?([0-9]{1,4})?\}/g))
    repetitions *= Math.max(1, Number(low), Number(high))
  return pattern.length * Math.min(repetitions, 1_000)
}

function readingCost(pattern: string): number {
  const classes = pattern.match(/\[|\\[dswDSWpP]/g) ?? []
  const cost = pattern.length * CHARACTER_COST + classes.length * CLASS_COST
  if (!/\(\?[a-zA-Z-]*i/.test(pattern)) return cost
  const unicode = classes.filter((start) => start.toLowerCase() === "\\p").length
  return cost + unicode * FOLDED_CLASS_COST + rangedCharacters(pattern) * FOLDED_CHARACTER_COST
}

/** How many characters the pattern's ranges hold, like `a-z`; more where something else looks like a range. */
function rangedCharacters(pattern: string): number {
  const end = String.raw`(\\x\{[0-9A-Fa-f]{1,8}\}|\\x[0-9A-Fa-f]{2}|\\?[^])`
  let characters = 0
  for (const [, low = "", high = ""] of pattern.matchAll(new RegExp(`${end}(?=-${end})`, "gu")))
    characters += Math.max(0, codeOf(high) - codeOf(low))
  return characters
}

function codeOf(end: string): number {
  const hex = /^\\x\{?([0-9A-Fa-f]+)/.exec(end)?.[1]
  return hex === undefined
    ? (end.codePointAt(end.length > 1 && end.startsWith("\\") ? 1 : 0) ?? 0)
    : Number.parseInt(hex, 16)
}
