import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { loadCases } from "./load-cases.ts"
import { indent, model, useCaseFolder } from "./testing/case-folder.ts"

const folder = useCaseFolder()

describe("store files", () => {
  const tests = `tests:
  - name: staff
    tuples: [{ user: user:bea, relation: member, object: group:staff }]
    check:
      - user: user:bea
        object: document:1
        assertions: { viewer: true }
      - users: [user:anne, user:carl]
        objects: [document:1, document:2]
        context: { level: 1 }
        assertions: { viewer: false }
    list_objects:
      - { user: user:bea, type: document, assertions: { viewer: ["document:1"] } }
    list_users:
      - object: document:1
        user_filter: [{ type: user }]
        assertions: { viewer: { users: ["user:bea"] } }
`
  const staff = { user: "group:staff#member", relation: "viewer", object: "document:1" }

  test("models in the file, beside it and in modules; tuples in every form", async () => {
    await folder.write({
      "inline/store.fga.yaml": `model: |\n${indent(model, 2)}\ntuples: [${JSON.stringify(staff)}]\n${tests}`,
      "beside/model.fga": model,
      "beside/tuples.json": JSON.stringify([staff]),
      "beside/store.fga.yaml": `model_file: ./model.fga\ntuple_file: ./tuples.json\n${tests}`,
      "modules/fga.mod": "schema: '1.2'\ncontents:\n  - core.fga\n  - documents.fga\n",
      "modules/core.fga":
        "module core\n\ntype user\n\ntype group\n  relations\n    define member: [user, group#member]\n",
      "modules/documents.fga":
        "module documents\n\ntype document\n  relations\n    define viewer: [user, user:*, group#member]\n",
      "modules/tuples.csv":
        "user_type,user_id,user_relation,relation,object_type,object_id\ngroup,staff,member,viewer,document,1\n",
      "modules/store.fga.yaml": `model_file: fga.mod\ntuple_file: tuples.csv\n${tests}`,
      "lines/model.fga": model,
      "lines/tuples.jsonl": `${JSON.stringify(staff)}\n`,
      "lines/more.yaml": "- { user: user:dan, relation: viewer, object: document:9 }\n",
      "lines/store.fga.yaml": `model_file: model.fga\ntuple_files: [tuples.jsonl, more.yaml]\n${tests}`,
    })
    expect(await folder.outcome()).toEqual({ passed: ["staff", "staff", "staff", "staff"], failed: [] })
    expect(loadCases(folder.directory).leftOut).toEqual([join(folder.directory, "lines/more.yaml")])
  })

  test("what does not hold is told with its line", async () => {
    await folder.write({
      "store.fga.yaml": `model: |\n${indent(model, 2)}\n${tests}`,
    })
    const { failed } = await folder.outcome()
    expect(failed[0]).toMatch(/^FAIL evaluator store\.fga\.yaml:\d+ staff$/)
    expect(failed[1]).toMatch(
      /store\.fga\.yaml:20 stage 1: document:1#viewer@user:bea: check: expected true, got false/,
    )
  })

  test.each([
    ["an unknown member", "model_file: model.fga\ntests:\n  - checks: []\n", /:3 the file/],
    ["a file that is not there", "model_file: nope.fga\ntests: []\n", /store\.fga\.yaml/],
    ["no model", "tests:\n  - check: []\n", /store\.fga\.yaml/],
  ])("%s fails", async (_, content, line) => {
    await folder.write({ "model.fga": model, "store.fga.yaml": content })
    const { passed: good, failed } = await folder.outcome()
    expect(good).toEqual([])
    expect(failed[0]).toMatch(line)
  })
})
