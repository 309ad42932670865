import { describe, expect, test } from "vitest"
import type { ConditionParameter } from "../authorization-model.ts"
import { CONDITION_COST_LIMIT } from "../limits.ts"
import { compileCondition } from "./condition-program.ts"

const scalar = (name: string): ConditionParameter => ({ type_name: `TYPE_NAME_${name}`, generic_types: [] })
const listOf = (name: string): ConditionParameter => ({
  type_name: "TYPE_NAME_LIST",
  generic_types: [scalar(name)],
})
const parameters = { s: scalar("STRING"), l: listOf("INT"), m: listOf("STRING"), t: scalar("TIMESTAMP") }
const plain = { s: "x", l: [1], m: ["x"], t: "2026-07-22T05:00:00Z" }

function program(expression: string) {
  return compileCondition({ name: "tested", expression, parameters })
}

function outcome(expression: string, values: Readonly<Record<string, unknown>> = {}): string {
  return program(expression).evaluate({ values: { ...plain, ...values } }, undefined)
}

/** An expression in which a value is put together with itself again and again, and then looked at. */
function doubled(levels: number, seed: string, look: (name: string) => string): string {
  const names = Array.from({ length: levels + 1 }, (_, level) => `v${level}`)
  const inner = names.reduceRight(
    (rest, name, level) =>
      level === 0 ? rest : `[${names[level - 1]}+${names[level - 1]}].exists(${name},${rest})`,
    look(names.at(-1) ?? ""),
  )
  return `[${seed}].exists(v0,${inner})`
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)

describe("values that grow or are looked at inside of loops", () => {
  const long = "a".repeat(40_000)
  test.each<[string, string, Readonly<Record<string, unknown>>]>([
    ["a text doubled", doubled(20, "'xxxxxxxx'", (v) => `${v}.size()>5`), {}],
    ["bytes doubled", doubled(20, "b'12345678'", (v) => `${v}==${v}`), {}],
    ["a list doubled and searched", doubled(20, "[1,2]", (v) => `7 in ${v}`), {}],
    ["a list doubled and looped over", doubled(20, "[1,2]", (v) => `${v}.exists(x, x > 3)`), {}],
    ["lists in lists, doubled and compared", doubledNesting(14), {}],
    [
      "a long text searched",
      "[s].exists(x, l.exists(y, x.contains('aaaab')))",
      { s: long, l: numbers(4_000) },
    ],
    ["a long text matched", "[s].exists(x, l.exists(y, x.matches('a*b')))", { s: long, l: numbers(4_000) }],
    ["a long text counted", "[s].exists(x, l.exists(y, x.size() == 2))", { s: long, l: numbers(4_000) }],
    [
      "a long text as a number",
      "[s].exists(x, l.exists(y, int(x) == 2))",
      { s: "1".repeat(40_000), l: numbers(4_000) },
    ],
    [
      "a long list searched",
      "[m].exists(x, l.exists(y, 'b' in x))",
      { m: numbers(5_000).map(String), l: numbers(4_000) },
    ],
    [
      "a constant matched",
      `l.exists(y, '${"a".repeat(200)}'.matches('(a*)*(a*)*b'))`,
      { l: numbers(15_000) },
    ],
    [
      "patterns that are long to read, for no text at all",
      "m.all(p, ''.matches(p) || true)",
      { m: numbers(200).map((index) => `((a|b${index}){30}){30}`) },
    ],
    [
      "a pattern of both cases of all letters, for no text at all",
      "''.matches(s)",
      { s: `(?i)${"[0-\\x{ffff}]".repeat(60)}` },
    ],
    ["the same behind a dash", "''.matches(s)", { s: `(?i)${"[-0-\\x{ffff}]".repeat(60)}` }],
    ["hours in a zone", "l.exists(x, t.getHours('America/New_York') > 100)", { l: numbers(15_000) }],
    ["lists built from lists", "l.map(x, l.map(y, 'aaaa')).size() == 0", { l: numbers(300) }],
  ])("%s end in an error, soon", (_, expression, values) => {
    expect(expression.length).toBeLessThan(512)
    outcome("t.getHours('America/New_York') == 0 && s.matches('a')")
    const before = process.threadCpuUsage()
    expect(outcome(expression, values)).toBe("error")
    // Time of the processor: tests share their machine.
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(500)
  })

  test("the same with little in them hold", () => {
    expect(outcome(doubled(4, "'xxxxxxxx'", (v) => `${v}.size()==128`))).toBe("true")
    expect(outcome(doubled(4, "[1,2]", (v) => `2 in ${v} && ${v}.size() == 32`))).toBe("true")
    expect(outcome("m.exists(p, s.matches(p))", { s: "ann@x", m: ["^bob@", "(?i)^[A-N]+@[a-z]$"] })).toBe(
      "true",
    )
    expect(outcome("l.exists(x, s.contains('b'))", { s: "ab", l: numbers(9) })).toBe("true")
    expect(outcome("l.map(x, x * 2).filter(x, x > 3) == [4, 6]", { l: [0, 1, 2, 3] })).toBe("true")
    expect(outcome("l.map(x, m.filter(y, y == 'b')).size() == 3", { l: [1, 2, 3] })).toBe("true")
    expect(outcome("l.map(x, x).size() == 500", { l: numbers(500) })).toBe("true")
  })

  test("what is too dear is an error even where the rest of the expression would hold", () => {
    expect(outcome("l.exists(a, l.exists(b, a == b + 1)) || true", { l: numbers(3_000) })).toBe("true")
    expect(outcome("[s].exists(x, l.all(y, x.size() > 0)) || true", { s: long, l: numbers(300) })).toBe(
      "error",
    )
  })

  test("a context that is large is paid for once in a question, whether or not the expression looks at it", () => {
    const one = program("s == 'x'")
    const values = { ...plain, m: Array.from({ length: 9_000 }, () => "x") }
    const context = { values }
    expect([one.evaluate(context, undefined), one.lastCost > 9_000]).toEqual(["true", true])
    expect([one.evaluate(context, undefined), one.lastCost < 50]).toEqual(["true", true])
    const tooLarge = { values: { ...plain, m: Array.from({ length: 90_000 }, () => "x") } }
    expect([one.evaluate(tooLarge, undefined), one.lastCost >= CONDITION_COST_LIMIT]).toEqual(["error", true])
  })

  test("a tuple's context that is large is paid for by the first question that meets it, a small one by none", () => {
    const one = program("s == 'x'")
    const costs = (values: Readonly<Record<string, unknown>>) => {
      const context = { values }
      return [1, 2].map(() => {
        expect(one.evaluate(undefined, context)).toBe("true")
        return one.lastCost
      })
    }
    const large = costs({ ...plain, m: Array.from({ length: 9_000 }, () => "x") })
    expect(large.map((cost) => cost > 9_000)).toEqual([true, false])
    const [first, second] = costs(plain)
    expect(first).toBe(second)
  })

  test("a plain comparison of a parameter with a constant costs next to nothing", () => {
    for (const expression of [
      "s == 'x'",
      "1 in l",
      "s in ['x', 'y']",
      "t < timestamp('2030-01-01T00:00:00Z')",
    ]) {
      const one = program(expression)
      expect(one.evaluate({ values: plain }, undefined)).toBe("true")
      expect(one.lastCost).toBeLessThan(CONDITION_COST_LIMIT / 500)
    }
  })
})

/** Lists in lists, so that the whole is 2 to the power of `levels` while each level holds two. */
function doubledNesting(levels: number): string {
  const inner = numbers(levels).reduceRight(
    (rest, level) => `[[v${level},v${level}]].exists(v${level + 1},${rest})`,
    `v${levels}==[v${levels - 1}]`,
  )
  return `[[1,2]].exists(v0,${inner})`
}

describe("numbers from text", () => {
  test.each(["", " ", " 1", "1 ", "0x10", "1_000", "1e3", "1.0", "-", "9223372036854775808", "١"])(
    "'%s' is no int",
    (s) => {
      expect(outcome("int(s) == int(s)", { s })).toBe("error")
    },
  )

  test.each(["", " 1", "0x10", "1,5", "1e999", ".", "Infinity1"])("'%s' is no double", (s) => {
    expect(outcome("double(s) == double(s)", { s })).toBe("error")
  })

  test("what OpenFGA reads is read", () => {
    expect(outcome("int(s) == -17", { s: "-17" })).toBe("true")
    expect(outcome("int(s) == 17", { s: `+${"0".repeat(80)}17` })).toBe("true")
    expect(outcome("uint(s) == 18446744073709551615u", { s: "18446744073709551615" })).toBe("true")
    expect(outcome("uint(s) == 1u", { s: "-1" })).toBe("error")
    expect(outcome("double(s) == -0.25", { s: "-2.5e-1" })).toBe("true")
    expect(outcome("double(s) > 1.0", { s: "+inf" })).toBe("true")
  })
})

describe("parts of timestamps", () => {
  test("of very many zones are had in time: the rules of each are made ready once", () => {
    const zones = Intl.supportedValuesOf("timeZone")
    const one = program("m.all(zone, t.getHours(zone) >= 0)")
    const spent = numbers(6).map(() => {
      const before = process.threadCpuUsage()
      expect(one.evaluate({ values: { ...plain, m: zones } }, undefined)).toBe("true")
      return process.threadCpuUsage(before).user / 1_000
    })
    expect(Math.min(...spent)).toBeLessThan(25)
  })

  test("are those of the zone, in whatever zone the machine stands", () => {
    const zone = process.env.TZ
    try {
      for (const machine of ["UTC", "Europe/Berlin", "America/New_York"]) {
        process.env.TZ = machine
        // Left out by daylight saving in Berlin.
        expect(outcome("t.getHours() == 2 && t.getDate() == 29", { t: "2026-03-29T02:30:00Z" })).toBe("true")
        expect(outcome("t.getHours('-05:00') == 2", { t: "2026-03-08T07:30:00Z" })).toBe("true")
        expect(outcome("t.getDayOfYear() == 202 && t.getDayOfWeek() == 3")).toBe("true")
      }
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })

  test.each([
    ["t.getHours('America/New_York') == 1 && t.getMonth('America/New_York') == 6", "true"],
    ["t.getDate('08:00') == 22 && t.getDayOfMonth('08:00') == 21 && t.getHours('08:00') == 13", "true"],
    ["t.getHours('') == 5", "true"],
    ["t.getHours('nowhere') == 5", "error"],
    ["t.getHours('+0530') == 10", "error"],
    ["timestamp('0050-07-22T05:00:00Z').getFullYear('Europe/Paris') == 50", "true"],
    ["timestamp('2026-11-22T05:00:00Z').getHours('America/New_York') == 0", "true"],
    ["timestamp('2026-11-22T04:59:59.5Z').getMilliseconds('America/New_York') == 500", "true"],
    ["timestamp('1969-12-31T23:59:59.25Z').getMilliseconds() == 250", "true"],
    ["timestamp('2024-12-31T23:00:00Z').getDayOfYear() == 365", "true"],
  ])("%s: %s", (expression, expected) => {
    expect(outcome(expression)).toBe(expected)
  })
})
