import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { scanJson } from "./scan-json.ts"

const wide = { depth: 1_000, values: 1_000_000, members: 1_000 }

/** JSON as a tree in which an object may hold a key twice; `text` is the key as written, `name` as read. */
type Tree =
  | { kind: "leaf"; text: string }
  | { kind: "array"; items: Tree[] }
  | { kind: "object"; members: { text: string; name: string; value: Tree }[] }

const key = fc
  .record({ name: fc.string({ unit: "binary", maxLength: 3 }), escaped: fc.boolean() })
  .map(({ name, escaped }) => ({
    name,
    text: escaped
      ? `"${[...name].map((unit) => [...unit].flatMap(units).map(escapeUnit).join("")).join("")}"`
      : JSON.stringify(name),
  }))

function units(character: string): number[] {
  return Array.from({ length: character.length }, (_, index) => character.charCodeAt(index))
}

function escapeUnit(unit: number): string {
  return `\\u${unit.toString(16).padStart(4, "0")}`
}

const leaf = fc
  .oneof(
    fc.string({ unit: "binary" }),
    fc.constantFrom('{"a":1,"a":2}', "[[[", "\\", '"'),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
  )
  .map((value): Tree => ({ kind: "leaf", text: JSON.stringify(value) }))

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie("tree"), { maxLength: 4 }).map((items): Tree => ({ kind: "array", items })),
    fc.array(fc.tuple(key, tie("tree")), { maxLength: 4 }).map(
      (members): Tree => ({
        kind: "object",
        members: members.map(([name, value]) => ({ ...name, value })),
      }),
    ),
  ),
}))

function render(node: Tree, space: string): string {
  if (node.kind === "leaf") return node.text
  if (node.kind === "array")
    return `[${space}${node.items.map((item) => render(item, space)).join(`${space},`)}]`
  return `{${node.members.map(({ text, value }) => `${space}${text}${space}:${render(value, space)}`).join(`${space},${space}`)}}`
}

function hasDuplicate(node: Tree): boolean {
  if (node.kind === "leaf") return false
  if (node.kind === "array") return node.items.some(hasDuplicate)
  const names = node.members.map(({ name }) => name)
  return new Set(names).size < names.length || node.members.some(({ value }) => hasDuplicate(value))
}

function depthOf(node: Tree): number {
  if (node.kind === "leaf") return 0
  const children = node.kind === "array" ? node.items : node.members.map(({ value }) => value)
  return 1 + Math.max(0, ...children.map(depthOf))
}

describe("scanJson", () => {
  test("finds a duplicate key exactly where an object has one, however it is escaped and spaced", () => {
    fc.assert(
      fc.property(tree, fc.constantFrom("", " ", "\n\t"), (node, space) => {
        expect(scanJson(render(node, space), wide)).toBe(hasDuplicate(node) ? "duplicate_key" : undefined)
      }),
      { numRuns: 2_000 },
    )
  })

  test("finds nesting beyond the bound exactly where there is some", () => {
    fc.assert(
      fc.property(tree, fc.integer({ min: 0, max: 6 }), (node, depth) => {
        expect(scanJson(render(node, ""), { ...wide, depth }) === "too_deep").toBe(depthOf(node) > depth)
      }),
    )
  })

  test("equal keys in two objects of one level are no duplicate", () => {
    expect(scanJson('[{"a":1},{"a":1},{"a":{"a":1}}]')).toBeUndefined()
  })

  test("a key is compared as read: an escape does not hide it", () => {
    expect(scanJson(String.raw`{"a":1,"\u0061":2}`)).toBe("duplicate_key")
    expect(scanJson(String.raw`{"a\"":1,"a\u0022":2}`)).toBe("duplicate_key")
  })

  test("brackets and quotes inside strings are text", () => {
    expect(
      scanJson(JSON.stringify({ a: '[[[[{{{{"a":1,"a":2' }), { ...wide, depth: 1, values: 10 }),
    ).toBeUndefined()
  })

  test("more values than the bound are found before anything is built of them", () => {
    expect(scanJson(`[${"{},".repeat(50)}0]`, { ...wide, values: 50 })).toBe("too_complex")
    expect(scanJson(`[${"1,".repeat(8)}1]`, { ...wide, values: 10 })).toBeUndefined()
  })

  test("more members of one object than the bound are found, in two objects they are not", () => {
    expect(scanJson('{"a":1,"b":2,"c":3}', { ...wide, members: 2 })).toBe("too_complex")
    expect(scanJson('[{"a":1,"b":2},{"c":3,"d":4}]', { ...wide, members: 2 })).toBeUndefined()
  })

  test("any text at all ends the scan without an exception", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "\\", "a", "u") }),
        (text) => {
          scanJson(text, { depth: 8, values: 100, members: 3 })
        },
      ),
      { numRuns: 2_000 },
    )
  })
})
