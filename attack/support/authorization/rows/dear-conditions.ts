import type { AuthorizationModel } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { type Circumstances, type MakeDecider, tuple } from "../decider.ts"

type Parameters = Readonly<Record<string, string>>

/** A model of one relation under one condition. The language of models has no text of such expressions. */
function modelUnder(expression: string, parameters: Parameters): AuthorizationModel {
  const typeOf = (name: string) => {
    const [, container = name, element] = /^(\w+)<(\w+)>$/.exec(name) ?? []
    const generic_types = element === undefined ? [] : [{ type_name: `TYPE_NAME_${element}` }]
    return { type_name: `TYPE_NAME_${container}`, generic_types }
  }
  const restriction = { type: "user", condition: "dear" }
  return {
    schema_version: "1.1",
    type_definitions: [
      { type: "user" },
      {
        type: "document",
        relations: { viewer: { this: {} }, open: { this: {} } },
        metadata: {
          relations: {
            viewer: { directly_related_user_types: [restriction] },
            open: { directly_related_user_types: [{ type: "user" }] },
          },
        },
      },
    ],
    conditions: {
      dear: {
        name: "dear",
        expression,
        parameters: Object.fromEntries(
          Object.entries(parameters).map(([name, type]) => [name, typeOf(type)]),
        ),
      },
    },
  }
}

/** A value put together with itself level after level, and looked at in the end. */
function doubled(levels: number, seed: string, look: (name: string) => string): string {
  const names = Array.from({ length: levels + 1 }, (_, level) => `v${level}`)
  const last = names[levels] ?? ""
  return names.reduceRight((rest, name, level) => {
    const before = names[level - 1]
    return `[${before === undefined ? seed : `${before}+${before}`}].exists(${name},${rest})`
  }, look(last))
}

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index)
const loop = { s: "STRING", l: "LIST<INT>" }
const long = "a".repeat(40_000)

/** Expressions that a model may hold, and contexts that a caller may send, so that evaluating one costs minutes. */
const dear: readonly [string, string, Parameters, Readonly<Record<string, unknown>>][] = [
  [
    "loops in loops",
    "l.all(a, l.all(b, l.all(c, a + b + c >= 0)))",
    { l: "LIST<INT>" },
    { l: numbers(3_000) },
  ],
  [
    "loops in loops over constants",
    `${"[1,1,1,1,1,1,1,1,1].all(x,".repeat(15)}true${")".repeat(15)}`,
    {},
    {},
  ],
  ["a text that doubles", doubled(22, "'xxxxxxxx'", (name) => `${name}.size() > 1`), {}, {}],
  [
    "a text that doubles beyond what text may be",
    doubled(20, "s", (name) => `${name}.contains('b')`),
    { s: "STRING" },
    { s: long },
  ],
  ["a list that doubles and is searched", doubled(22, "[1,2]", (name) => `7 in ${name}`), {}, {}],
  ["a list that doubles and is looped over", doubled(20, "[1,2]", (name) => `${name}.all(x, x > 0)`), {}, {}],
  ["lists of lists", "l.map(x, l.map(y, l.map(z, x))).size() > 0", { l: "LIST<INT>" }, { l: numbers(2_000) }],
  [
    "a pattern that backtracks elsewhere",
    "s.matches('^(a+)+$')",
    { s: "STRING" },
    { s: `${"a".repeat(400_000)}b` },
  ],
  [
    "a pattern of the caller's",
    "s.matches(p)",
    { s: "STRING", p: "STRING" },
    { s: long, p: "(a|aa)+$".repeat(40) },
  ],
  [
    "patterns in loops",
    "[s].exists(x, l.exists(y, x.matches('(a*)*b')))",
    loop,
    { s: "a".repeat(9_000), l: numbers(4_000) },
  ],
  [
    "searches in loops",
    "[s].exists(x, l.exists(y, x.contains('aaaaaab')))",
    loop,
    { s: long, l: numbers(4_000) },
  ],
  [
    "numbers of many digits in loops",
    "[s].exists(x, l.exists(y, int(x) == 2))",
    loop,
    { s: "1".repeat(40_000), l: numbers(4_000) },
  ],
  ["errors in loops", "l.exists(a, l.exists(b, a / 0 == b))", { l: "LIST<INT>" }, { l: numbers(4_000) }],
  [
    "what is dear beside what is true",
    "[s].exists(x, l.all(y, x.size() > 0)) || true",
    loop,
    { s: long, l: numbers(900) },
  ],
]

/** Time of the processor that one question may take, on a machine that other tests keep busy. In milliseconds. */
const patienceMilliseconds = 1_000

/** A condition whose evaluation would burn time is an error, soon, and whoever asks next is answered. */
export function dearConditionsRow(make: MakeDecider): void {
  test.each(dear)(
    "%s end in an error, soon, in check and in lists",
    async (_name, expression, parameters, context) => {
      expect(expression.length).toBeLessThanOrEqual(512)
      const decider = await make(modelUnder(expression, parameters))
      await decider.write(tuple("user:a viewer document:1", "dear"), tuple("user:a open document:1"))
      const before = process.threadCpuUsage()
      expect(await decider.check("user:a", "viewer", "document:1", { context })).toBe("error")
      expect((await decider.listObjects("user:a", "viewer", "document", { context })) ?? []).toEqual([])
      expect((await decider.listUsers("document:1", "viewer", "user", { context })) ?? []).toEqual([])
      const { user, system } = process.threadCpuUsage(before)
      expect((user + system) / 1_000).toBeLessThan(3 * patienceMilliseconds)
      expect(await decider.check("user:a", "open", "document:1")).toBe("allow")
    },
  )

  test("the same expressions over little of everything are true or false", async () => {
    const small: readonly [string, Parameters, Circumstances["context"], string][] = [
      ["l.all(a, l.all(b, l.all(c, a + b + c >= 0)))", { l: "LIST<INT>" }, { l: [0, 1] }, "allow"],
      [doubled(3, "'xx'", (name) => `${name}.size() == 16`), {}, {}, "allow"],
      [doubled(3, "[1,2]", (name) => `2 in ${name}`), {}, {}, "allow"],
      ["s.matches('^(a+)+$')", { s: "STRING" }, { s: "aaab" }, "deny"],
      ["[s].exists(x, l.exists(y, int(x) == y))", loop, { s: "2", l: [1, 2] }, "allow"],
    ]
    for (const [expression, parameters, context = {}, expected] of small) {
      const decider = await make(modelUnder(expression, parameters))
      await decider.write(tuple("user:a viewer document:1", "dear"))
      expect(await decider.check("user:a", "viewer", "document:1", { context })).toBe(expected)
    }
  })

  test("a thousand tuples under a dear condition are answered or refused together, not one after the other", async () => {
    const expression = "l.all(x, l.exists(y, x + y == 900))"
    const decider = await make(modelUnder(expression, { l: "LIST<INT>" }))
    await decider.write(...numbers(1_000).map((index) => tuple(`user:a viewer document:${index}`, "dear")))
    const before = process.threadCpuUsage()
    const context = { l: numbers(120) }
    expect((await decider.listObjects("user:a", "viewer", "document", { context })) ?? []).toEqual([])
    expect(process.threadCpuUsage(before).user / 1_000).toBeLessThan(patienceMilliseconds)
  })

  test("a number is only read from a text that is one: the empty text is not zero", async () => {
    const decider = await make(modelUnder("int(s) < 5 || double(s) < 5.0", { s: "STRING" }))
    await decider.write(tuple("user:a viewer document:1", "dear"))
    const verdicts = (s: string) => decider.check("user:a", "viewer", "document:1", { context: { s } })
    for (const text of ["", " ", " 1", "0x1", "1_0"]) expect(await verdicts(text)).toBe("error")
    expect([await verdicts("4"), await verdicts("5")]).toEqual(["allow", "deny"])
  })
}

/** How deep contexts nest. Deeper, and a client could not write them any more; `openfga-huge-requests` sends such bodies. */
const depths = [50, 200, 2_000]

/** Contexts that nest deep, of a question or of a contextual tuple, end in an answer or an error. */
export function deepContextsRow(make: MakeDecider): void {
  const nested = (depth: number, kind: "list" | "map"): unknown => {
    const [open, close] = kind === "list" ? ["[", "]"] : ['{"a":', "}"]
    return JSON.parse(`${open.repeat(depth)}1${close.repeat(depth)}`)
  }
  test.each(["list", "map"] as const)("a %s in itself, deeper and deeper", async (kind) => {
    const decider = await make(modelUnder("a == b", { a: "ANY", b: "ANY" }))
    const deep = tuple("user:a viewer document:1", "dear")
    await decider.write(deep, tuple("user:a open document:1"))
    const verdicts = []
    for (const depth of depths) {
      const context = { a: nested(depth, kind), b: nested(depth, kind) }
      verdicts.push(await decider.check("user:a", "viewer", "document:1", { context }))
      const own = { ...deep, object: "document:2", condition: { name: "dear", context } }
      const more = { contextualTuples: [own] }
      verdicts.push(await decider.check("user:a", "viewer", "document:2", more))
    }
    expect(verdicts.slice(0, 2)).toEqual(["allow", "allow"])
    expect(verdicts.slice(2)).toEqual(verdicts.slice(2).map(() => "error"))
    expect(await decider.check("user:a", "open", "document:1")).toBe("allow")
  })

  test("a context of very many members, and contextual tuples of very many kinds of bad shape, are refused", async () => {
    const decider = await make(modelUnder("a == 1", { a: "ANY" }))
    await decider.write(tuple("user:a viewer document:1", "dear"))
    const wide = Object.fromEntries(numbers(40_000).map((index) => [`k${index}`, index]))
    const check = (more: Circumstances) => decider.check("user:a", "viewer", "document:1", more)
    expect(await check({ context: { ...wide, a: 1 } })).not.toBe("deny")
    expect(await check({ context: { a: wide } })).not.toBe("allow")
    const many = numbers(101).map((index) => tuple(`user:x${index} open document:1`))
    expect(await check({ contextualTuples: many.slice(1), context: { a: 1 } })).toBe("allow")
    for (const text of ["user:a open", "user:a  document:1", " open document:1", "user:a#x open document:1"])
      expect(await check({ contextualTuples: [tuple(text)], context: { a: 1 } })).toBe("error")
  })
}
