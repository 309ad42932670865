import { describe, expect, test } from "vitest"
import type { ConditionDefinition, ConditionParameter } from "../authorization-model.ts"
import { ConditionProblem } from "./condition-problem.ts"
import { compileCondition } from "./condition-program.ts"
import { isInPrefix, parseIpAddress, parseIpPrefix } from "./ip-address.ts"

const type = (name: string, ...generics: ConditionParameter[]): ConditionParameter => ({
  type_name: `TYPE_NAME_${name}`,
  generic_types: generics,
})

function define(expression: string, parameters: Record<string, ConditionParameter>): ConditionDefinition {
  return { name: "tested", expression, parameters }
}

function outcome(
  expression: string,
  parameters: Record<string, ConditionParameter>,
  values: Record<string, unknown>,
): string {
  return compileCondition(define(expression, parameters)).evaluate({ values }, undefined)
}

describe("parameters", () => {
  test.each([
    ["BOOL", "p", [true], [false], ["true", 1, null]],
    ["STRING", "p == 'x'", ["x"], ["y"], [1, null, ["x"]]],
    ["INT", "p == 5", [5, "5", "5.0", "0.5e1"], [6], [5.5, "5.5", "five", true, null]],
    ["UINT", "p == 5u", [5, "5"], [6], [-1, "-1", 5.5]],
    ["DOUBLE", "p == 0.5", [0.5, "0.5"], [0.25], ["0.1", "half", true]],
    ["DURATION", "p == duration('90m')", ["1h30m", "90m"], ["1h"], ["90", 5400, ""]],
    [
      "TIMESTAMP",
      "p == timestamp('2024-02-29T12:00:00Z')",
      ["2024-02-29T12:00:00Z", "2024-02-29T13:00:00+01:00"],
      ["2024-02-28T12:00:00Z"],
      ["2023-02-29T12:00:00Z", "2024-02-29", 1709208000],
    ],
    [
      "IPADDRESS",
      "p.in_cidr('10.0.0.0/8')",
      ["10.1.2.3", "::ffff:10.1.2.3", "::ffff:a01:203"],
      ["11.1.2.3", "::ffff:11.1.2.3", "::10.1.2.3"],
      ["10.1.2", "010.1.2.3", 1],
    ],
    ["ANY", "p == 'x'", ["x"], [1, null, ["x"]], []],
  ])(
    "a value of %s holds, fails or is an error as it should",
    (name, expression, holding, failing, wrong) => {
      const parameters = { p: type(name) }
      for (const p of holding) expect([p, outcome(expression, parameters, { p })]).toEqual([p, "true"])
      for (const p of failing) expect([p, outcome(expression, parameters, { p })]).toEqual([p, "false"])
      for (const p of wrong) expect([p, outcome(expression, parameters, { p })]).toEqual([p, "error"])
    },
  )

  test("lists and maps convert what they hold", () => {
    expect(outcome("4 in p", { p: type("LIST", type("INT")) }, { p: ["3", "4.0"] })).toBe("true")
    expect(outcome("4 in p", { p: type("LIST", type("INT")) }, { p: ["3", "x"] })).toBe("error")
    expect(outcome("p.a == 4", { p: type("MAP", type("INT")) }, { p: { a: "4" } })).toBe("true")
    expect(outcome("has(p.a) && p.a == null", { p: type("MAP", type("ANY")) }, { p: { a: null } })).toBe(
      "true",
    )
  })

  test("a parameter that is missing is an error even where it would not matter", () => {
    expect(outcome("a || b", { a: type("BOOL"), b: type("BOOL") }, { a: true })).toBe("error")
  })

  test("a tuple's own context wins over the question's", () => {
    const program = compileCondition(define("a", { a: type("BOOL") }))
    expect(program.evaluate({ values: { a: true } }, { values: { a: false } })).toBe("false")
    expect(program.evaluate({ values: { a: false } }, { values: { a: true } })).toBe("true")
    expect(program.evaluate({ values: { a: "wrong" } }, { values: { a: true } })).toBe("true")
  })

  test("values changed between two questions are seen: nothing is remembered by their identity", () => {
    const program = compileCondition(define("a", { a: type("BOOL") }))
    const values = { a: true }
    expect(program.evaluate({ values }, undefined)).toBe("true")
    values.a = false
    expect(program.evaluate({ values }, undefined)).toBe("false")
  })

  test("names of Object's prototype are ordinary names of parameters, of context and of map keys", () => {
    for (const name of ["constructor", "__proto__", "toString", "hasOwnProperty"]) {
      const parameters = Object.fromEntries([[name, type("BOOL")]])
      expect(outcome(name, parameters, {})).toBe("error")
      expect(outcome(name, parameters, Object.fromEntries([[name, true]]))).toBe("true")
      const keys = JSON.parse(`{"p":{"${name}":1}}`)
      expect(outcome(`'${name}' in p`, { p: type("MAP", type("ANY")) }, keys)).toBe("true")
      expect(outcome(`'${name}' in p`, { p: type("MAP", type("ANY")) }, { p: {} })).toBe("false")
    }
    expect(Object.hasOwn(Object.prototype, "a")).toBe(false)
  })
})

describe("expressions", () => {
  test.each([
    ["unknown == 1", "undeclared reference to 'unknown' (in container '')"],
    ["i == 'x'", "found no matching overload for '_==_' applied to '(int, string)'"],
    ["i < 1.5", "found no matching overload for '_<_' applied to '(int, double)'"],
    ["i", "expected a bool condition expression output, but got 'int'"],
    ["s.size() == 'x'", "found no matching overload for '_==_' applied to '(int, string)'"],
    ["missing(s)", "undeclared reference to 'missing' (in container '')"],
    ["i.exists(x, true)", "cannot be range of a comprehension"],
    ["s ==", "Syntax error"],
    ["", "Syntax error"],
  ])("%s is refused when it is compiled", (expression, message) => {
    const parameters = { i: type("INT"), s: type("STRING") }
    expect(() => compileCondition(define(expression, parameters))).toThrow(ConditionProblem)
    expect(() => compileCondition(define(expression, parameters))).toThrow(message)
  })

  test("an unknown type, or a list of nothing, is refused when it is compiled", () => {
    expect(() => compileCondition(define("true", { p: type("SOMETHING") }))).toThrow(
      "unknown condition parameter type",
    )
    expect(() => compileCondition(define("true", { p: type("LIST") }))).toThrow(
      "requires 1 generic types; found 0",
    )
  })

  test("timestamps are made of seconds, as CEL has it", () => {
    expect(
      outcome("timestamp(i) == timestamp('2001-09-09T01:46:40Z')", { i: type("INT") }, { i: 1_000_000_000 }),
    ).toBe("true")
  })
})

describe("expressions and values that burn time", () => {
  /** Of the processor: tests share their machine. */
  const milliseconds = (run: () => unknown): number => {
    const before = process.threadCpuUsage()
    run()
    return process.threadCpuUsage(before).user / 1_000
  }

  test.each([
    [
      "nested loops over a list of the context",
      "l.all(a, l.all(b, l.all(c, a + b + c > 0)))",
      { l: Array.from({ length: 3_000 }, () => 1) },
    ],
    [
      "nested loops over lists in the expression itself",
      `${"[1,1,1,1,1,1,1,1,1].all(x,".repeat(15)}true${")".repeat(15)}`,
      { l: [] },
    ],
    [
      "a search of a list in a loop over it",
      "l.all(a, a in l)",
      { l: Array.from({ length: 20_000 }, (_, index) => index) },
    ],
    [
      "errors swallowed in a loop",
      "l.exists(a, l.exists(b, a / 0 == b))",
      { l: Array.from({ length: 5_000 }, () => 1) },
    ],
  ])("%s end in an error within 50 ms", (_, expression, values) => {
    const program = compileCondition(define(expression, { l: type("LIST", type("INT")) }))
    program.evaluate({ values: { l: [1] } }, undefined)
    let result = ""
    expect(milliseconds(() => (result = program.evaluate({ values }, undefined)))).toBeLessThan(500)
    expect(result).toBe("error")
  })

  test("a pattern or a search that would take long is an error within 50 ms", () => {
    const text = "a".repeat(60_000)
    const parameters = { s: type("STRING"), t: type("STRING") }
    const burners = [
      ["s.matches('(a?){500}a{500}b')", { s: text, t: "" }],
      ["s.matches(t)", { s: text, t: "(a|aa)+$".repeat(40) }],
      ["s.contains(t)", { s: text, t: `${"a".repeat(30_000)}b` }],
    ] as const
    for (const [expression, values] of burners) {
      const program = compileCondition(define(expression, parameters))
      let result = ""
      expect(milliseconds(() => (result = program.evaluate({ values }, undefined)))).toBeLessThan(500)
      expect(result).toBe("error")
    }
  })

  test("a context nested ten thousand deep, or with too many members, is an error", () => {
    const parameters = { p: type("ANY") }
    let deep: unknown = 1
    for (let depth = 0; depth < 10_000; depth++) deep = depth % 2 === 0 ? [deep] : { a: deep }
    expect(outcome("p == 1", parameters, { p: deep })).toBe("error")
    expect(outcome("p == 1", parameters, { p: Array.from({ length: 200_000 }, () => 1) })).toBe("error")
    expect(outcome("p == 1", parameters, { p: "x".repeat(2_000_000) })).toBe("error")
  })
})

describe("addresses", () => {
  test.each([
    ["10.1.2.3", "10.0.0.0/8", true],
    ["10.1.2.3", "10.1.2.3/32", true],
    ["10.1.2.4", "10.1.2.3/32", false],
    ["10.1.2.3", "0.0.0.0/0", true],
    ["2001:db8::1", "2001:db8::/32", true],
    ["2001:db9::1", "2001:db8::/32", false],
    ["::ffff:10.1.2.3", "10.0.0.0/8", true],
    ["::ffff:10.1.2.3%eth0", "10.0.0.0/8", true],
    ["::ffff:0:10.1.2.3", "10.0.0.0/8", false],
    ["10.1.2.3", "::ffff:10.0.0.0/104", true],
    ["11.1.2.3", "::ffff:10.0.0.0/104", false],
    ["10.1.2.3", "::ffff:0:0/96", true],
    ["10.1.2.3", "::ffff:0:0/95", false],
    ["::ffff:10.1.2.3", "::/0", false],
    ["fe80::1", "::/0", true],
    ["fe80::1%eth0", "fe80::/10", false],
    ["192.168.127.1", "192.168.64.0/18", true],
    ["192.168.128.1", "192.168.64.0/18", false],
  ])("%s in %s is %s", (address, range, expected) => {
    const prefix = parseIpPrefix(range)
    const bytes = parseIpAddress(address)
    expect(prefix !== undefined && bytes !== undefined && isInPrefix(bytes, prefix)).toBe(expected)
  })

  test.each([
    "",
    "1.2.3",
    "1.2.3.4.5",
    "01.2.3.4",
    "1.2.3.256",
    "::1::",
    "1:2:3:4:5:6:7",
    "12345::",
    "[::1]",
    "1.2.3.4%a",
    "fe80::%",
    "g::",
  ])("%s is no address", (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
  })

  test.each(["10.0.0.0", "10.0.0.0/33", "10.0.0.0/08", "::/129", "10.0.0.0/-1", "fe80::1%a/64"])(
    "%s is no range",
    (text) => {
      expect(parseIpPrefix(text)).toBeUndefined()
    },
  )
})

describe("durations, numbers and times are converted as the real server does (observed on 1.22.1)", () => {
  const parameters = {
    du: type("DURATION"),
    d: type("DOUBLE"),
    s: type("STRING"),
    t: type("TIMESTAMP"),
  }
  const values = { du: "1h30m0.25s", d: 1234567, s: "", t: "2024-06-01T12:00:00.5Z" }
  test.each([
    ["int(du) == 5400250000000", "true"],
    ["du.getMilliseconds() == 5400250 && du.getSeconds() == 5400", "true"],
    ["duration('-1.5s').getMilliseconds() == -1500", "true"],
    ["string(du) == '5400.25s' && string(duration('-1.5s')) == '-1.5s'", "true"],
    ["string(duration('1ns')) == '0.000000001s' && string(duration('0s')) == '0s'", "true"],
    ["duration(s) == duration('0s')", "error"],
    ["duration('3000000' + 'h') > du", "error"],
    ["string(d) == '1.234567e+06' && string(d - 1234566.0) == '1'", "true"],
    ["string(999999.0) == '999999' && string(0.0001) == '0.0001' && string(0.00001) == '1e-05'", "true"],
    ["string(d / 0.0) == '+Inf' && string(-d / 0.0) == '-Inf'", "true"],
    [
      "string(t) == '2024-06-01T12:00:00.5Z' && string(timestamp('2024-06-01T12:00:00Z')) == '2024-06-01T12:00:00Z'",
      "true",
    ],
    ["t.getHours('Europe/Berlin') == 14 && t.getHours('US/Eastern') == 8", "true"],
    ["t.getHours('europe/berlin') == 14", "error"],
    ["'\u{1F600}' > '\uFFFD' && '\uFFFD' < '\u{1F600}' && !('\u{1F600}' <= '\uE000')", "true"],
    ["'a' < 'b' && 'a' <= 'a' && 'ab' > 'a' && !('' > 'a') && 'B' < 'a' && 'é' > 'z'", "true"],
  ])("%s: %s", (expression, expected) => {
    expect(outcome(expression, parameters, values)).toBe(expected)
  })

  test("no duration is made of a number", () => {
    expect(() => outcome("duration(1) == du", parameters, values)).toThrow("no matching overload")
  })
})

test.each<[unknown, string]>([
  [{ x: 1 }, "true"],
  [{ x: null }, "true"],
  [{ y: 1 }, "false"],
  [{}, "false"],
  [["x"], "error"],
  ["x", "false"],
  [1, "false"],
  [null, "false"],
])("whether %j has a member x is %s", (p, expected) => {
  expect(outcome("has(p.x)", { p: type("ANY") }, { p })).toBe(expected)
  const opposite = expected === "true" ? "false" : expected === "false" ? "true" : "error"
  expect(outcome("!has(p.x)", { p: type("ANY") }, { p })).toBe(opposite)
})

test("a member that is null is one in a map of the expression's own making too", () => {
  expect(outcome("has({'a': null}.a) && !has({'a': null}.b)", {}, {})).toBe("true")
})
