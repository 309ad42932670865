import { symlink } from "node:fs/promises"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { evaluatorSubject } from "./evaluator-subject.ts"
import { loadCases } from "./load-cases.ts"
import { reportLines } from "./report-cases.ts"
import { runCases } from "./run-cases.ts"
import { indent, model, useCaseFolder } from "./testing/case-folder.ts"

const folder = useCaseFolder()

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
    await folder.write({
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
    expect(await folder.outcome()).toEqual({ passed: ["one", "one, contextual"], failed: [] })
  })

  test("what does not hold is told with its line, and a list is compared with what is there twice", async () => {
    await folder.write({
      "one.yaml": consolidated(`tuples:
  - { user: user:anne, relation: viewer, object: document:1 }
listObjectsAssertions:
  - request: { user: user:anne, type: document, relation: viewer }
    expectation: ["document:1", "document:1"]
checkAssertions:
  - tuple: { user: user:anne, relation: viewer, object: document:1 }
    errorCode: 2027`),
    })
    const { failed } = await folder.outcome()
    expect(failed.slice(0, 3)).toEqual([
      "FAIL evaluator one.yaml:2 one",
      "     one.yaml:23 stage 1: document:1#viewer@user:anne: check: expected invalid_tuple (2027), got true",
      '     one.yaml:20 stage 1: objects of document with viewer for user:anne: list objects: expected ["document:1","document:1"], got ["document:1"]',
    ])
  })

  test("stages share one store, and a later one may keep the model", async () => {
    await folder.write({
      "two.yaml": `${consolidated("tuples: [{ user: user:anne, relation: viewer, object: document:1 }]")}      - tuples: [{ user: user:bob, relation: viewer, object: document:1 }]
        listUsersAssertions:
          - request: { object: document:1, relation: viewer, filters: [user] }
            expectation: ["user:bob", "user:anne"]
`,
    })
    expect(await folder.outcome()).toEqual({ passed: ["one"], failed: [] })
  })

  test("a test may hold its only stage itself, and take model and tuples from the file", async () => {
    await folder.write({
      "flat.yaml": `model: |
${indent(model, 2)}
tuples: [{ user: user:anne, relation: viewer, object: document:1 }]
tests:
  - Name: flat
    checkassertions:
      - { tuple: { user: user:anne, relation: viewer, object: document:1 }, expectation: true }
`,
    })
    expect(await folder.outcome()).toEqual({ passed: ["flat", "flat, contextual"], failed: [] })
  })

  test("batches, and assertions that are told by what they ask", async () => {
    await folder.write({
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
    const { passed: good, failed } = await folder.outcome()
    expect(good).toEqual([])
    expect(failed).toHaveLength(6)
    expect(failed[1]).toContain(
      "a batch of 1: batch check wrong: expected wrong true, absent false, got false",
    )
    expect(failed[2]).toContain("a batch of 1: batch check absent")
  })

  test("what a question leaves out is asked for as nothing, so that a file may expect the error", async () => {
    await folder.write({
      "absent.yaml": consolidated(`checkAssertions:
  - { tuple: { user: user:anne, relation: viewer }, errorCode: 2000 }
  - { tuple: { relation: viewer, object: document:1 }, errorCode: 2000 }
listObjectsAssertions:
  - { request: { type: document, relation: viewer }, errorCode: 2000 }`),
    })
    expect(await folder.outcome()).toEqual({ passed: ["one"], failed: [] })
  })

  test("anchors, merged members and numbers that no double holds are read as OpenFGA reads them", async () => {
    await folder.write({
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
    expect(await folder.outcome()).toEqual({ passed: ["one", "one, contextual"], failed: [] })
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
    await folder.write({ "a.yaml": consolidated(rest), "b.yaml": consolidated("checkAssertions: []") })
    const { passed: good, failed } = await folder.outcome()
    expect(good).toEqual(["one"])
    expect(failed).toEqual([`FAIL evaluator a.yaml:${line} one`, expect.stringMatching(problem)])
  })

  test("a model that does not parse fails at its own line", async () => {
    await folder.write({
      "a.yaml": consolidated("tuples: []").replace("define viewer: [user,", "define viewer [user,"),
    })
    expect((await folder.outcome()).failed[0]).toBe("FAIL evaluator a.yaml:13 one")
  })

  test("a model or a tuple that the subject refuses is a failed case", async () => {
    await folder.write({
      "a.yaml": consolidated("tuples: []").replace("define viewer: [user,", "define viewer: [person,"),
      "b.yaml": consolidated(`tuples: [{ user: group:a, relation: viewer, object: document:1 }]
checkAssertions:
  - tuple: { user: user:anne, relation: viewer, object: document:1 }`),
    })
    const { passed: good, failed } = await folder.outcome()
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
    await folder.write({ "a.yaml": `---\n${consolidated("checkAssertions: []")}---\n` })
    expect(await folder.outcome()).toEqual({ passed: ["one"], failed: [] })
  })

  test("an alias without its anchor fails: it is not the false that an absent expectation is", async () => {
    await folder.write({
      "a.yaml": consolidated(`checkAssertions:
  - tuple: { user: user:anne, relation: viewer, object: document:1 }
    expectation: *never`),
    })
    const { passed: good, failed } = await folder.outcome()
    expect(good).toEqual([])
    expect(failed).toEqual(["FAIL evaluator a.yaml:19 one", expect.stringContaining("no anchor never")])
  })

  test.each([
    ["tests: [", /FAIL evaluator a\.yaml:1 the file/],
    ["tests:\n  - stages: []\n  name: x\n", /FAIL evaluator a\.yaml:3 the file/],
    ["tests: 5\n", /FAIL evaluator a\.yaml:1 the file/],
    ["tests: []\n---\ntests: []\n", /FAIL evaluator a\.yaml:2 the file/],
  ])("a broken file fails with its line: %j", async (content, line) => {
    await folder.write({ "a.yaml": content })
    expect((await folder.outcome()).failed[0]).toMatch(line)
  })
})

test("a case that asserts nothing passes, as with OpenFGA's own runners, and is told for one", async () => {
  await folder.write({
    "a.yaml": consolidated("checkAssertions: []"),
    "b.fga.yaml": `model: |\n${indent(model, 2)}\ntests: [{ name: two, check: [] }]\n`,
  })
  const results = await runCases(evaluatorSubject, loadCases(folder.directory))
  expect(reportLines(folder.directory, results)).toEqual([
    "PASS evaluator a.yaml:2 one (it asserts nothing)",
    "PASS evaluator b.fga.yaml two (it asserts nothing)",
  ])
})

test("a link to nothing fails as a file, a folder that leads back to itself is read once", async () => {
  await folder.write({ "deep/one.yaml": consolidated("checkAssertions: []") })
  await symlink("..", join(folder.directory, "deep/again"))
  await symlink("nowhere", join(folder.directory, "gone.yaml"))
  await symlink("nowhere", join(folder.directory, "gone"))
  const { passed: good, failed } = await folder.outcome()
  expect(good).toEqual(["one"])
  expect(failed).toEqual(["FAIL evaluator gone.yaml the file", expect.stringContaining("ENOENT")])
})

test("YAML that holds no test is named as left out, and hidden folders are not looked into", async () => {
  await folder.write({
    "compose.yaml": "services: {}\n",
    "empty.yaml": "# nothing yet\n",
    "list.yml": "- 1\n",
    ".github/workflow.yaml": "tests: [",
    "one.yaml": consolidated("checkAssertions: []"),
  })
  const cases = loadCases(folder.directory)
  expect(cases.leftOut.map((file) => file.slice(folder.directory.length + 1))).toEqual([
    "compose.yaml",
    "empty.yaml",
    "list.yml",
  ])
  expect([cases.scenarios.length, cases.broken]).toEqual([1, []])
})
