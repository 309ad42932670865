import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseCommandLine } from "./parse-command-line.ts"

const definition = {
  file: { type: "positional", required: true, description: "A file" },
  note: { type: "positional", required: false, description: "A note" },
  port: { type: "string", description: "A port" },
  "password-stdin": { type: "boolean", description: "Read it" },
  json: { type: "boolean", description: "JSON" },
} as const

const parse = (...words: string[]) => parseCommandLine(definition, words)

describe("parseCommandLine", () => {
  test("reads words and options in any order", () => {
    expect(parse("--json", "a", "--port", "80", "b", "--password-stdin")).toMatchObject({
      file: "a",
      note: "b",
      port: "80",
      json: true,
      "password-stdin": true,
    })
    expect(parse("--port=80", "-").file).toBe("-")
    expect(parse("--", "--json").file).toBe("--json")
  })

  test.each([
    [["a", "--prot", "80"], "There is no option --prot."],
    [["a", "-x"], "There is no option -x."],
    [["a", "--no-color"], "There is no option --no-color."],
    [["--josn"], "There is no option --josn."],
    [["a", "--port"], "--port needs a value."],
    [["a", "--port="], "--port needs a value."],
    [["a", "--port", "--json"], "--port needs a value."],
    [[], "FILE is missing."],
    [["a", "b", "c"], "The command takes at most 2 words."],
  ])("refuses %j", (words, message) => {
    expect(() => parse(...words)).toThrow(expect.objectContaining({ code: "cli.usage", message }))
  })

  test("shows nothing of a mistyped word that may be a secret", () => {
    for (const words of [
      ["a", "--hunter2!secret"],
      ["a", "b", "hunter2!secret"],
      ["a", "--password=hunter2!secret"],
    ]) {
      expect(() => parse(...words)).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining("secret") }),
      )
    }
  })

  test("whatever is typed is understood or refused as usage", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(fc.string(), fc.constantFrom("--json", "--port", "--", "-", "--no-", "--x", "__proto__")),
        ),
        (words) => {
          try {
            const parsed = parse(...words)
            expect(typeof parsed.file).toBe("string")
          } catch (error) {
            expect(error).toMatchObject({ code: "cli.usage" })
          }
        },
      ),
      { numRuns: 1_000 },
    )
  })
})
