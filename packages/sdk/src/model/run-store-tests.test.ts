import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, onTestFinished, test } from "vitest"
import { readStoreFile, runStoreTests } from "./index.ts"

const model = `model: |
  model
    schema 1.1
  type user
  type doc
    relations
      define owner: [user]
      define viewer: [user, user with low] or owner
  condition low(x: int) {
    x < 10
  }
`

/** Runs a store file with the model above. */
function run(content: string, head = model) {
  const folder = mkdtempSync(join(tmpdir(), "gatehouse-model-"))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, "s.fga.yaml")
  writeFileSync(file, `${head}${content}`)
  return runStoreTests(readStoreFile(file))
}

const tuples = `tuples:
  - {user: user:anne, relation: owner, object: doc:1}
  - {user: user:bob, relation: viewer, object: doc:2, condition: {name: low}}
`
const check = (user: string, object: string, expected: boolean, rest = "") =>
  `tests: [{check: [{user: ${user}, object: ${object}, assertions: {viewer: ${expected}}${rest}}]}]`

describe("runStoreTests", () => {
  test("passes what holds: checks, lists of objects and users, in any order, with contexts", () => {
    const report = run(`${tuples}
tests:
  - name: all
    tuples: [{user: user:carl, relation: viewer, object: doc:1}]
    check:
      - {user: user:anne, object: doc:1, assertions: {viewer: true, owner: true}}
      - {user: user:bob, object: doc:2, context: {x: 5}, assertions: {viewer: true}}
      - {user: user:bob, object: doc:2, context: {x: 15}, assertions: {viewer: false}}
    list_objects:
      - {user: user:anne, type: doc, assertions: {viewer: [doc:1], owner: [doc:1]}}
    list_users:
      - {object: doc:1, user_filter: [{type: user}], assertions: {viewer: {users: [user:carl, user:anne]}}}
`)
    expect(report).toMatchObject({ passed: 7, failed: 0, tests: [{ name: "all", passed: true }] })
  })

  test("a test's own tuples are gone in the next one", () => {
    const one = (expected: boolean, own = "") =>
      `  - {${own}check: [{user: user:z, object: doc:9, assertions: {viewer: ${expected}}}]}\n`
    const report = run(
      `tests:\n${one(true, "tuples: [{user: user:z, relation: viewer, object: doc:9}], ")}${one(false)}`,
    )
    expect(report.failed).toBe(0)
  })

  test("a wrong no is explained, with the smallest change that would make it a yes", () => {
    const report = run(tuples + check("user:carl", "doc:1", true))
    expect(report).toMatchObject({ passed: 0, failed: 1 })
    expect(report.tests[0]?.assertions[0]).toMatchObject({
      passed: false,
      got: false,
      place: { line: 15 },
      explanation: { allowed: false, suggestions: [{ add: [{ user: "user:carl" }] }] },
    })
  })

  test("a wrong yes is explained by its path", () => {
    const report = run(tuples + check("user:anne", "doc:1", false))
    expect(report.tests[0]?.assertions[0]).toMatchObject({
      got: true,
      explanation: {
        allowed: true,
        path: [
          { kind: "computed", from: "owner" },
          { kind: "tuple", tuple: { user: "user:anne" } },
        ],
      },
    })
  })

  test("a question that the model cannot answer fails, whatever was expected", () => {
    for (const expected of [true, false])
      for (const [assertion, code] of [
        [check("user:bob", "doc:2", expected), "rebac.condition_failed"],
        [check("robot:1", "doc:2", expected), "rebac.invalid_request"],
        [check("user:bob", "doc", expected), "rebac.invalid_request"],
      ] as const)
        expect(run(tuples + assertion).tests[0]?.assertions[0]).toMatchObject({
          passed: false,
          got: undefined,
          error: { code, reason: expect.stringMatching(/./) },
        })
  })

  test("a list fails where a name is missing, surplus or expected twice", () => {
    for (const names of ["[]", "[doc:1, doc:2]", "[doc:1, doc:1]", "[doc:3]"])
      expect(
        run(
          `${tuples}tests: [{list_objects: [{user: user:anne, type: doc, assertions: {viewer: ${names}}}]}]`,
        ),
      ).toMatchObject({ failed: 1, tests: [{ assertions: [{ got: ["doc:1"], explanation: undefined }] }] })
  })

  test("explains no more failures than somebody reads", () => {
    const objects = Array.from({ length: 30 }, (_, index) => `doc:${index}`).join(", ")
    const report = run(
      `tests: [{check: [{user: user:a, objects: [${objects}], assertions: {viewer: true}}]}]`,
    )
    const explained = report.tests[0]?.assertions.filter(({ explanation }) => explanation !== undefined)
    expect([report.failed, explained?.length]).toEqual([30, 20])
  })

  test.each([
    ["nothing to test", tuples, "openfga.file_invalid", /holds no test that asserts anything/],
    ["an empty test", "tests: [{name: a}]", "openfga.file_invalid", /holds no test that asserts anything/],
    [
      "a tuple that the model does not allow, and another",
      "tuples:\n  - {user: doc:1, relation: owner, object: doc:1}\n  - {user: user:a, relation: reader, object: doc:1}",
      "openfga.file_tuple_invalid",
      /s\.fga\.yaml:13: Invalid tuple 'doc:1#owner@doc:1'\. Reason: type 'doc' is not an allowed type restriction/,
    ],
    [
      "a test's tuple that the model does not allow",
      "tests: [{tuples: [{user: user:a, relation: owner, object: doc}], check: [{user: user:a, object: doc:1, assertions: {owner: true}}]}]",
      "openfga.file_tuple_invalid",
      /s\.fga\.yaml:12: Invalid tuple/,
    ],
    [
      "a condition's context of another type",
      "tuples:\n  - {user: user:a, relation: viewer, object: doc:1, condition: {name: low, context: {x: many}}}",
      "openfga.file_tuple_invalid",
      /s\.fga\.yaml:13: Invalid tuple/,
    ],
  ])("a file with %s is refused", (_, content, code, message) => {
    expect(() => run(content)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    )
  })

  test("a model that breaks a rule is refused with the rule", () => {
    const cyclic = model.replace("define owner: [user]", "define owner: boss\n      define boss: owner")
    expect(() => run(tuples, cyclic)).toThrow(
      expect.objectContaining({
        code: "openfga.file_model_invalid",
        message: expect.stringContaining("'boss'"),
      }),
    )
  })
})
