import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { placeOf } from "./places.ts"
import { readTupleFile } from "./read-tuples.ts"
import { writeFiles } from "./testing/write-files.ts"

const anne = { user: "user:anne", relation: "viewer", object: "doc:1" }

describe("a file of tuples", () => {
  const tuplesOf = (name: string, content: string) =>
    readTupleFile(join(writeFiles({ [name]: content }), name))

  test("may be what OpenFGA's Read answers with", () => {
    const answer = {
      tuples: [{ key: { ...anne, condition: null }, timestamp: "2026-01-01T00:00:00Z" }],
      continuation_token: "",
    }
    expect(tuplesOf("t.json", JSON.stringify(answer))).toEqual([anne])
  })

  const heads = "user_type,user_id,relation,object_type,object_id"
  test.each([
    ["of another kind", "t.txt", "x", "t.txt: tuples come in .yaml, .json, .jsonl or .csv files."],
    ["that is empty (YAML)", "t.yaml", "", "t.yaml: it holds no tuples."],
    ["that is empty (a list)", "t.json", "[]", "t.json: it holds no tuples."],
    ["that is empty (CSV)", "t.csv", "", "t.csv:1: the column user_type is missing."],
    ["that has heads alone", "t.csv", heads, "t.csv: it holds no tuples."],
    [
      "with an unknown member",
      "t.jsonl",
      `\n{"user":"a","relation":"b","object":"c","expiry":1}`,
      "t.jsonl:2: expiry: there is no such member; known are user, relation, object, condition.",
    ],
    ["with a broken line", "t.jsonl", `{"user":`, "t.jsonl:1: it is not JSON."],
    [
      "with an unknown column",
      "t.csv",
      `${heads},note\n`,
      "t.csv:1: the first line names columns; known are user_type, user_id, relation, object_type, object_id, user_relation, condition_name, condition_context.",
    ],
    ["with a column twice", "t.csv", `${heads},relation\n`, "t.csv:1: the column relation is there twice."],
    [
      "with a context that belongs to no condition column",
      "t.csv",
      `${heads},condition_context\n`,
      "t.csv:1: the column condition_name is missing, which condition_context belongs to.",
    ],
    [
      "with too few values",
      "t.csv",
      `${heads}\nuser,a,viewer,doc\n`,
      "t.csv:2: 5 values are expected, as in the first line.",
    ],
    [
      "with a quote inside a value",
      "t.csv",
      `${heads}\nuser,a"b,viewer,doc,1\n`,
      "t.csv:2: a quote stands where it may not, or does not end.",
    ],
    [
      "with a quote that does not end",
      "t.csv",
      `${heads}\n"user,a,viewer,doc,1\n`,
      "t.csv:2: a quote stands where it may not, or does not end.",
    ],
    [
      "with a context that is no JSON",
      "t.csv",
      `${heads},condition_name,condition_context\nuser,a,viewer,doc,1,c,{x\n`,
      "t.csv:2: it is not JSON.",
    ],
    [
      "with a context and no condition",
      "t.csv",
      `${heads},condition_name,condition_context\nuser,a,viewer,doc,1,,{}\n`,
      "t.csv:2: there is a condition_context without a condition_name.",
    ],
  ])("%s is refused at its line", (_, name, content, expected) => {
    const folder = writeFiles({ [name]: content })
    expect(() => readTupleFile(join(folder, name))).toThrow(
      expect.objectContaining({ code: "openfga.file_invalid", publicMessage: `${folder}/${expected}` }),
    )
  })

  test("may hold line ends inside quotes, and the lines after them keep their numbers", () => {
    const content = `${heads}\nuser,"a\nb",viewer,doc,1\nuser,c,viewer,doc,1\n`
    const tuples = tuplesOf("t.csv", content)
    expect(tuples.map((tuple) => [tuple.user, placeOf(tuple)?.line])).toEqual([
      ["user:a\nb", 2],
      ["user:c", 4],
    ])
  })

  test("may hold cells as long as the file: each is read in one pass", () => {
    for (const cell of ["x".repeat(12_000_000), 'x""'.repeat(100_000)]) {
      const [tuple] = tuplesOf("t.csv", `${heads}\nuser,"${cell}",viewer,doc,1\n`)
      expect(tuple?.user.length).toBe("user:".length + cell.replaceAll('""', '"').length)
      expect(() => tuplesOf("t.csv", `${heads}\nuser,"${cell},viewer,doc,1\n`)).toThrow(
        expect.objectContaining({ code: "openfga.file_invalid" }),
      )
    }
  })

  test("in JSON with many mistakes names the lines of all at the cost of finding one", () => {
    const rows = Array.from({ length: 5_000 }, (_, index) =>
      JSON.stringify({ ...anne, user: `user:${index}` }),
    )
    const tuples = tuplesOf("t.json", `[\n${rows.join(",\n")}\n]`)
    expect(tuples.map((tuple) => placeOf(tuple)?.line)).toEqual(tuples.map((_, index) => index + 2))
  })
})
