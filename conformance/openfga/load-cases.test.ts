import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { evaluatorSubject } from "./evaluator-subject.ts"
import { loadCases } from "./load-cases.ts"
import { reportLines } from "./report-cases.ts"
import { passed, runCases } from "./run-cases.ts"

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-conformance-"))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(directory, name)), { recursive: true })
    await writeFile(join(directory, name), content)
  }
}

/** What the evaluator came to: names of cases that passed, and the lines of those that did not. */
async function outcome() {
  const results = await runCases(evaluatorSubject, loadCases(directory))
  return {
    passed: results
      .filter(passed)
      .map(({ name, mode }) => (mode === "stored" ? name : `${name}, contextual`)),
    failed: reportLines(
      directory,
      results.filter((result) => !passed(result)),
    ),
  }
}

const model = `model
  schema 1.1
type user
type group
  relations
    define member: [user, group#member]
type document
  relations
    define viewer: [user, user:*, group#member, user with at_least]
condition at_least(level: double) {
  level >= 3.0
}
`
const indent = (text: string, by: number) => text.trimEnd().replaceAll(/^/gm, " ".repeat(by))

/** A file of OpenFGA's own format with one test of one stage. Its rest begins at line 17. */
const consolidated = (rest: string) => `tests:
  - name: one
    stages:
      - model: |
${indent(model, 10)}
${indent(rest, 8)}
`

describe("OpenFGA's own format", () => {
  test("everything that a stage may hold is asked", async () => {
    await write({
      "deep/er/one.yaml": consolidated(`name: only
tuples:
  - user: user:anne
    relation: viewer
    object: document:1
    condition: { name: at_least }
checkAssertions:
  - name: enough
    tuple: { user: user:anne, relation: viewer, object: document:1 }
    context: { level: 3 }
    expectation: true
  - tuple: { user: user:anne, relation: viewer, object: document:1 }
    context: { level: 2 }
    expectation: false
  - tuple: { user: user:anne, relation: viewer, object: document:1 }
    errorCode: 2000
  - tuple: { user: user:bob, relation: viewer, object: document:1 }
    contextualTuples:
      - { user: "user:*", relation: viewer, object: document:1 }
    context: { level: 3 }
    expectation: true
  - tuple: { user: user:bob, relation: viewer, object: document:1 }
    context: { level: 3 }
    expectation:
listObjectsAssertions:
  - request: { user: user:anne, type: document, relation: viewer }
    context: { level: 5 }
    expectation: ["document:1"]
  - request: { user: user:anne, type: nope, relation: viewer }
    context: { level: 5 }
    errorCode: 2021
listUsersAssertions:
  - request: { object: document:1, relation: viewer, filters: [user] }
    context: { level: 5 }
    expectation: ["user:anne"]
  - request: { object: document:1, relation: viewer, filters: [user, group#member] }
    errorCode: 2000`),
    })
    expect(await outcome()).toEqual({ passed: ["one", "one, contextual"], failed: [] })
  })

  test("what does not hold is told with its line, and a list is compared with what is there twice", async () => {
    await write({
      "one.yaml": consolidated(`tuples:
  - { user: user:anne, relation: viewer, object: document:1 }
listObjectsAssertions:
  - request: { user: user:anne, type: document, relation: viewer }
    expectation: ["document:1", "document:1"]
checkAssertions:
  - tuple: { user: user:anne, relation: viewer, object: document:1 }
    errorCode: 2027`),
    })
    const { failed } = await outcome()
    expect(failed.slice(0, 3)).toEqual([
      "FAIL evaluator one.yaml:2 one",
      "     one.yaml:23 stage 1: document:1#viewer@user:anne: check: expected invalid_tuple (2027), got true",
      '     one.yaml:20 stage 1: objects of document with viewer for user:anne: list objects: expected ["document:1","document:1"], got ["document:1"]',
    ])
  })

  test("stages share one store, and a later one may keep the model", async () => {
    await write({
      "two.yaml": `${consolidated("tuples: [{ user: user:anne, relation: viewer, object: document:1 }]")}      - tuples: [{ user: user:bob, relation: viewer, object: document:1 }]
        listUsersAssertions:
          - request: { object: document:1, relation: viewer, filters: [user] }
            expectation: ["user:bob", "user:anne"]
`,
    })
    expect(await outcome()).toEqual({ passed: ["one"], failed: [] })
  })

  test("a test may hold its only stage itself, and take model and tuples from the file", async () => {
    await write({
      "flat.yaml": `model: |
${indent(model, 2)}
tuples: [{ user: user:anne, relation: viewer, object: document:1 }]
tests:
  - Name: flat
    checkassertions:
      - { tuple: { user: user:anne, relation: viewer, object: document:1 }, expectation: true }
`,
    })
    expect(await outcome()).toEqual({ passed: ["flat", "flat, contextual"], failed: [] })
  })

  test("batches, and assertions that are told by what they ask", async () => {
    await write({
      "batch.yaml": `tests:
  - name: batch
    model: |
${indent(model, 6)}
    tuples: [{ user: user:anne, relation: viewer, object: document:1 }]
    assertions:
      - request:
          checks:
            - { tupleKey: { user: user:anne, relation: viewer, object: document:1 }, correlationID: yes1 }
            - { tupleKey: { user: user:anne, relation: nope, object: document:1 }, correlationID: no1 }
            - { tupleKey: { user: user:anne, relation: nope, object: document:1 }, correlationID: error }
        expectation:
          - { correlationID: yes1, allowed: true }
          - { correlationID: no1, allowed: false }
          - { correlationID: error, inputError: 2000 }
      - request: { user: user:anne, type: document, relation: viewer }
        expectation: ["document:1"]
      - request: { object: document:1, relation: viewer, filters: [user] }
        expectation: ["user:anne"]
      - tuple: { user: user:anne, relation: viewer, object: document:1 }
        expectation: true
      - request:
          checks:
            - { tupleKey: { user: user:bob, relation: viewer, object: document:1 }, correlationID: wrong }
        expectation: [{ correlationID: wrong, allowed: true }, { correlationID: absent, allowed: false }]
`,
    })
    const { passed: good, failed } = await outcome()
    expect(good).toEqual([])
    expect(failed).toHaveLength(6)
    expect(failed[1]).toContain(
      "a batch of 1: batch check wrong: expected wrong true, absent false, got false",
    )
    expect(failed[2]).toContain("a batch of 1: batch check absent")
  })

  test("what a question leaves out is asked for as nothing, so that a file may expect the error", async () => {
    await write({
      "absent.yaml": consolidated(`checkAssertions:
  - { tuple: { user: user:anne, relation: viewer }, errorCode: 2000 }
  - { tuple: { relation: viewer, object: document:1 }, errorCode: 2000 }
listObjectsAssertions:
  - { request: { type: document, relation: viewer }, errorCode: 2000 }`),
    })
    expect(await outcome()).toEqual({ passed: ["one"], failed: [] })
  })

  test("anchors, merged members and numbers that no double holds are read as OpenFGA reads them", async () => {
    await write({
      "anchors.yaml": consolidated(`tuples:
  - &anne { user: user:anne, relation: viewer, object: document:1, condition: { name: at_least } }
checkAssertions:
  - tuple: { user: user:anne, relation: viewer, object: document:1 }
    context: { level: 1.8e+309 }
    errorCode: 2000
  - tuple: { <<: *anne, user: user:bob }
    contextualTuples: [{ <<: *anne, user: user:bob }]
    context: { level: 4 }
    expectation: yes`),
    })
    expect(await outcome()).toEqual({ passed: ["one", "one, contextual"], failed: [] })
  })

  test.each([
    ["an unknown member of a stage", "tuple: []", 17, /tuple: nothing handles this member/],
    [
      "an unknown member of an assertion",
      "checkAssertions:\n  - expected: true",
      18,
      /expected: nothing handles this member/,
    ],
    [
      "an error code that OpenFGA does not have",
      "checkAssertions:\n  - tuple: { user: user:a, relation: viewer, object: document:1 }\n    errorCode: 2999",
      19,
      /OpenFGA has no such error code/,
    ],
    [
      "an expectation that is no decision",
      "checkAssertions:\n  - tuple: { user: user:a, relation: viewer, object: document:1 }\n    expectation: perhaps",
      19,
      /true or false is expected/,
    ],
    [
      "a batch that expects nothing",
      "assertions:\n  - request: { checks: [{ correlationID: a, tupleKey: {} }] }",
      18,
      /expectation: it asserts nothing/,
    ],
    [
      "a tuple without an object",
      "tuples:\n  - { user: user:a, relation: viewer }",
      18,
      /object: text is missing/,
    ],
  ])("%s fails with its line, and the other tests run", async (_, rest, line, problem) => {
    await write({ "a.yaml": consolidated(rest), "b.yaml": consolidated("checkAssertions: []") })
    const { passed: good, failed } = await outcome()
    expect(good).toEqual(["one"])
    expect(failed).toEqual([`FAIL evaluator a.yaml:${line} one`, expect.stringMatching(problem)])
  })

  test("a model that does not parse fails at its own line", async () => {
    await write({
      "a.yaml": consolidated("tuples: []").replace("define viewer: [user,", "define viewer [user,"),
    })
    expect((await outcome()).failed[0]).toBe("FAIL evaluator a.yaml:13 one")
  })

  test("a model or a tuple that the subject refuses is a failed case", async () => {
    await write({
      "a.yaml": consolidated("tuples: []").replace("define viewer: [user,", "define viewer: [person,"),
      "b.yaml": consolidated(`tuples: [{ user: group:a, relation: viewer, object: document:1 }]
checkAssertions:
  - tuple: { user: user:anne, relation: viewer, object: document:1 }`),
    })
    const { passed: good, failed } = await outcome()
    expect(good).toEqual([])
    expect(failed).toEqual([
      "FAIL evaluator a.yaml:2 one",
      expect.stringContaining("prepare the stage"),
      "FAIL evaluator b.yaml:2 one",
      expect.stringContaining("a write of tuples was refused"),
      "FAIL evaluator b.yaml:2 one (tuples sent with each question)",
      expect.stringContaining("expected false, got invalid_tuple (2027)"),
    ])
  })

  test("a last mark of YAML is no second document", async () => {
    await write({ "a.yaml": `---\n${consolidated("checkAssertions: []")}---\n` })
    expect(await outcome()).toEqual({ passed: ["one"], failed: [] })
  })

  test("an alias without its anchor fails: it is not the false that an absent expectation is", async () => {
    await write({
      "a.yaml": consolidated(`checkAssertions:
  - tuple: { user: user:anne, relation: viewer, object: document:1 }
    expectation: *never`),
    })
    const { passed: good, failed } = await outcome()
    expect(good).toEqual([])
    expect(failed).toEqual(["FAIL evaluator a.yaml:19 one", expect.stringContaining("no anchor never")])
  })

  test.each([
    ["tests: [", /FAIL evaluator a\.yaml:1 the file/],
    ["tests:\n  - stages: []\n  name: x\n", /FAIL evaluator a\.yaml:3 the file/],
    ["tests: 5\n", /FAIL evaluator a\.yaml:1 the file/],
    ["tests: []\n---\ntests: []\n", /FAIL evaluator a\.yaml:2 the file/],
  ])("a broken file fails with its line: %j", async (content, line) => {
    await write({ "a.yaml": content })
    expect((await outcome()).failed[0]).toMatch(line)
  })
})

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
    await write({
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
    expect(await outcome()).toEqual({ passed: ["staff", "staff", "staff", "staff"], failed: [] })
    expect(loadCases(directory).leftOut).toEqual([join(directory, "lines/more.yaml")])
  })

  test("what does not hold is told with its line", async () => {
    await write({
      "store.fga.yaml": `model: |\n${indent(model, 2)}\n${tests}`,
    })
    const { failed } = await outcome()
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
    await write({ "model.fga": model, "store.fga.yaml": content })
    const { passed: good, failed } = await outcome()
    expect(good).toEqual([])
    expect(failed[0]).toMatch(line)
  })
})

test("a case that asserts nothing passes, as with OpenFGA's own runners, and is told for one", async () => {
  await write({
    "a.yaml": consolidated("checkAssertions: []"),
    "b.fga.yaml": `model: |\n${indent(model, 2)}\ntests: [{ name: two, check: [] }]\n`,
  })
  const results = await runCases(evaluatorSubject, loadCases(directory))
  expect(reportLines(directory, results)).toEqual([
    "PASS evaluator a.yaml:2 one (it asserts nothing)",
    "PASS evaluator b.fga.yaml two (it asserts nothing)",
  ])
})

test("a link to nothing fails as a file, a folder that leads back to itself is read once", async () => {
  await write({ "deep/one.yaml": consolidated("checkAssertions: []") })
  await symlink("..", join(directory, "deep/again"))
  await symlink("nowhere", join(directory, "gone.yaml"))
  await symlink("nowhere", join(directory, "gone"))
  const { passed: good, failed } = await outcome()
  expect(good).toEqual(["one"])
  expect(failed).toEqual(["FAIL evaluator gone.yaml the file", expect.stringContaining("ENOENT")])
})

test("YAML that holds no test is named as left out, and hidden folders are not looked into", async () => {
  await write({
    "compose.yaml": "services: {}\n",
    "empty.yaml": "# nothing yet\n",
    "list.yml": "- 1\n",
    ".github/workflow.yaml": "tests: [",
    "one.yaml": consolidated("checkAssertions: []"),
  })
  const cases = loadCases(directory)
  expect(cases.leftOut.map((file) => file.slice(directory.length + 1))).toEqual([
    "compose.yaml",
    "empty.yaml",
    "list.yml",
  ])
  expect([cases.scenarios.length, cases.broken]).toEqual([1, []])
})
