import { expect, test } from "vitest"
import { formatTable } from "./table.ts"

const plain = { style: (_format: unknown, text: string) => text }

test("columns are as wide as their widest cell, and no line ends in space", () => {
  expect(
    formatTable(
      plain,
      ["name", "id"],
      [
        ["a", 1],
        ["longer", undefined],
        ["ü", null],
      ],
    ),
  ).toEqual(["name    id", "a       1", "longer  –", "ü       –"])
})

test("a cell can neither move the cursor nor break its line", () => {
  const [, line] = formatTable(plain, ["name"], [["\u001b[2Jclear\r\nnext\u202Eright\u0000"]])
  expect(line).toBe("\uFFFD[2Jclear\uFFFD\uFFFDnext\uFFFDright\uFFFD")
})
