import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { placeOf } from "./places.ts"
import { parseModel } from "./read-model.ts"
import { readStoreFile } from "./read-store.ts"
import { writeFiles } from "./testing/write-files.ts"

const dsl = `model
  schema 1.1
type user
type doc
  relations
    define viewer: [user]
`
const anne = { user: "user:anne", relation: "viewer", object: "doc:1" }
const yamlOf = (content: string) => `model_file: model.fga\n${content}`
const read = (files: Readonly<Record<string, string>>) =>
  readStoreFile(join(writeFiles({ "model.fga": dsl, ...files }), "s.fga.yaml"))

/** The message of what is thrown, without the folder. */
function mistake(files: Readonly<Record<string, string>>): string {
  const folder = writeFiles({ "model.fga": dsl, ...files })
  try {
    readStoreFile(join(folder, "s.fga.yaml"))
  } catch (error) {
    const { code, publicMessage } = error as { code: string; publicMessage: string }
    return `${code} ${publicMessage.replaceAll(`${folder}/`, "")}`
  }
  return "nothing"
}

describe("a store file", () => {
  test("gives its model, and tuples from itself and from files of every form", () => {
    const store = read({
      "s.fga.yaml": yamlOf(`name: Docs
tuples:
  - {user: user:anne, relation: viewer, object: doc:1}
tuple_file: more/a.yaml
tuple_files: [b.json, c.jsonl, d.csv]
`),
      "more/a.yaml": "- user: user:a\n  relation: viewer\n  object: doc:1\n",
      "b.json": JSON.stringify([
        { user: "user:b", relation: "viewer", object: "doc:1", condition: { name: "c", context: { x: 1 } } },
      ]),
      "c.jsonl": `{"user":"user:c","relation":"viewer","object":"doc:1","condition":null}\n\n`,
      "d.csv": `user_type,user_id,user_relation,relation,object_type,object_id,condition_name,condition_context\r
user,d,,viewer,doc,1,,\r
group,"e,""x""",member,viewer,doc,1,c,"{""x"": [1, 2]}"\r
`,
    })
    expect(store.name).toBe("Docs")
    expect(store.model).toEqual(parseModel(dsl))
    expect(store.tests).toEqual([])
    expect(store.tuples).toEqual([
      anne,
      { user: "user:a", relation: "viewer", object: "doc:1" },
      { user: "user:b", relation: "viewer", object: "doc:1", condition: { name: "c", context: { x: 1 } } },
      { user: "user:c", relation: "viewer", object: "doc:1" },
      { user: "user:d", relation: "viewer", object: "doc:1" },
      {
        user: 'group:e,"x"#member',
        relation: "viewer",
        object: "doc:1",
        condition: { name: "c", context: { x: [1, 2] } },
      },
    ])
    expect(store.tuples.map((tuple) => placeOf(tuple)?.line)).toEqual([4, 1, 1, 1, 2, 3])
    expect(placeOf({})).toBeUndefined()
  })

  test("gives its tests with users and objects multiplied out, each assertion with its line", () => {
    const store = read({
      "s.fga.yaml": yamlOf(`tests:
  - name: 1
    description: everything
    tuple_file: t.json
    check:
      - users: [user:a, user:b]
        objects: [doc:1, doc:2]
        context: {x: 5}
        assertions:
          viewer: true
      - user: user:c
        object: doc:1
        assertions: {viewer: false}
    list_objects:
      - user: user:a
        type: doc
        assertions:
          viewer:
            - doc:1
          other:
    list_users:
      - object: doc:1
        user_filter:
          - type: group
            relation: member
        assertions:
          viewer:
            users: []
  - check: []
`),
      "t.json": JSON.stringify([anne]),
    })
    const [first, second] = store.tests
    expect(first).toMatchObject({ name: "1", description: "everything", tuples: [anne] })
    expect(second).toEqual({ name: "test 2", description: undefined, tuples: [], assertions: [] })
    const context = { x: 5 }
    const check = (user: string, object: string) => ({
      ...{ kind: "check", user, object, relation: "viewer", context, expected: true },
    })
    expect(first?.assertions).toEqual([
      check("user:a", "doc:1"),
      check("user:a", "doc:2"),
      check("user:b", "doc:1"),
      check("user:b", "doc:2"),
      {
        kind: "check",
        user: "user:c",
        relation: "viewer",
        object: "doc:1",
        context: undefined,
        expected: false,
      },
      {
        kind: "list_objects",
        user: "user:a",
        relation: "viewer",
        type: "doc",
        context: undefined,
        expected: ["doc:1"],
      },
      {
        kind: "list_objects",
        user: "user:a",
        relation: "other",
        type: "doc",
        context: undefined,
        expected: [],
      },
      {
        kind: "list_users",
        object: "doc:1",
        relation: "viewer",
        filter: { type: "group", relation: "member" },
        context: undefined,
        expected: [],
      },
    ])
    expect(first?.assertions.map((one) => placeOf(one)?.line)).toEqual([11, 11, 11, 11, 14, 19, 21, 28])
  })

  test("may use YAML's anchors and merge keys", () => {
    const store = read({
      "s.fga.yaml": yamlOf(`tuples:
  - &a {user: user:anne, relation: viewer, object: doc:1}
  - <<: *a
    object: doc:2
`),
    })
    expect(store.tuples).toEqual([anne, { ...anne, object: "doc:2" }])
  })

  test("may say yes and no as YAML 1.1 did, which OpenFGA's own tool takes too", () => {
    const [one] = read({
      "s.fga.yaml": yamlOf(
        "tests: [{check: [{user: user:a, object: doc:1, assertions: {a: yes, b: Off, c: y, d: NO, e: true}}]}]",
      ),
    }).tests
    expect(one?.assertions.map(({ relation, expected }) => [relation, expected])).toEqual([
      ["a", true],
      ["b", false],
      ["c", true],
      ["d", false],
      ["e", true],
    ])
  })

  test("may leave a text empty that it does not need, as if it were absent", () => {
    const { model, tests } = read({
      "s.fga.yaml": yamlOf(
        'model: ""\ntuple_file: ""\ntests: [{check: [{user: "", users: [user:a], object: doc:1, assertions: {viewer: no}}]}]',
      ),
    })
    expect(model).toEqual(parseModel(dsl))
    expect(tests[0]?.assertions).toMatchObject([{ user: "user:a", object: "doc:1" }])
  })

  test("may name several kinds of users to list, of which the first counts, as for OpenFGA's own tool", () => {
    const [one] = read({
      "s.fga.yaml": yamlOf(
        "tests: [{list_users: [{object: doc:1, user_filter: [{type: user}, {type: team}], assertions: {viewer: {users: [user:a]}}}]}]",
      ),
    }).tests
    expect(one?.assertions).toMatchObject([{ filter: { type: "user", relation: undefined } }])
  })

  test.each(["...\n", "---\n", "---\n# the end\n"])("may end with a mark of YAML: %j", (mark) => {
    expect(read({ "s.fga.yaml": `---\n${yamlOf("name: a\n")}${mark}` }).name).toBe("a")
  })

  const test1 = (content: string) => yamlOf(`tests:\n  - name: a\n${content.replaceAll(/^/gm, "    ")}`)

  test.each([
    [
      "an unknown member of a test",
      test1("checks: []"),
      "s.fga.yaml:4: tests[0].checks: there is no such member; known are name, description, tuples, tuple_file, tuple_files, check, list_objects, list_users.",
    ],
    [
      "an unknown member of a check",
      test1("check:\n  - user: a\n    objekt: b\n"),
      "s.fga.yaml:6: tests[0].check[0].objekt: there is no such member; known are user, users, object, objects, context, assertions.",
    ],
    [
      "an assertion that is no truth value",
      test1("check:\n  - user: user:a\n    object: doc:1\n    assertions:\n      viewer: maybe\n"),
      "s.fga.yaml:8: tests[0].check[0].assertions.viewer: true or false is expected.",
    ],
    [
      "a check without an assertion",
      test1("check: [{user: user:a, object: doc:1, assertions: {}}]"),
      "s.fga.yaml:4: tests[0].check[0].assertions: it asserts nothing.",
    ],
    [
      "a check without assertions",
      test1("check: [{user: user:a, object: doc:1}]"),
      "s.fga.yaml:4: tests[0].check[0].assertions: an object with members is missing.",
    ],
    [
      "a check without a user",
      test1("check: [{object: doc:1, assertions: {viewer: true}}]"),
      "s.fga.yaml:4: tests[0].check[0]: user or users is missing.",
    ],
    [
      "a check with user and users",
      test1("check: [{user: user:a, users: [user:b], object: doc:1, assertions: {viewer: true}}]"),
      "s.fga.yaml:4: tests[0].check[0]: user and users exclude each other.",
    ],
    [
      "a check with object and objects",
      test1("check: [{user: user:a, object: doc:1, objects: [doc:2], assertions: {viewer: true}}]"),
      "s.fga.yaml:4: tests[0].check[0]: object and objects exclude each other.",
    ],
    ["a list that is a text", test1("check: none"), "s.fga.yaml:4: tests[0].check: a list is expected."],
    ["tests that are members", yamlOf("tests: {a: b}"), "s.fga.yaml:2: tests: a list is expected."],
    [
      "users of no kind",
      test1("list_users: [{object: doc:1, user_filter: [], assertions: {viewer: {users: []}}}]"),
      "s.fga.yaml:4: tests[0].list_users[0].user_filter: one is expected.",
    ],
    [
      "expected users as a bare list",
      test1("list_users: [{object: doc:1, user_filter: [{type: user}], assertions: {viewer: [user:a]}}]"),
      "s.fga.yaml:4: tests[0].list_users[0].assertions.viewer: an object with members is expected.",
    ],
    [
      "a tuple without an object",
      yamlOf("tuples:\n  - user: user:a\n    relation: viewer\n"),
      "s.fga.yaml:3: tuples[0].object: text is missing.",
    ],
    [
      "a tuple with a number",
      yamlOf("tuples:\n  - {user: 5, relation: viewer, object: doc:1}\n"),
      "s.fga.yaml:3: tuples[0].user: text is expected.",
    ],
    [
      "a context that is a list",
      yamlOf(
        "tuples:\n  - {user: user:a, relation: viewer, object: doc:1, condition: {name: c, context: [1]}}\n",
      ),
      "s.fga.yaml:3: tuples[0].condition.context: an object with members is expected.",
    ],
    ["no model", "tests: []\n", "s.fga.yaml:1: model or model_file is missing."],
    ["an empty file", "", "s.fga.yaml: an object with members is missing."],
    ["a text in place of members", "hello", "s.fga.yaml:1: an object with members is expected."],
    [
      "a member whose name is a list",
      "? [a]\n: b\n",
      "s.fga.yaml:1: YAML: With stringKeys, all keys must be strings.",
    ],
    [
      "a merge of what are no members",
      "<<: hello\n",
      "s.fga.yaml: YAML: Merge sources must be maps or map aliases.",
    ],
    [
      "a second document",
      `${yamlOf("name: a")}\n---\nname: b\n`,
      "s.fga.yaml:3: a second document begins here.",
    ],
  ])("with %s is refused at its line", (_, content, expected) => {
    expect(mistake({ "s.fga.yaml": content })).toBe(`openfga.file_invalid ${expected}`)
  })

  test("with more questions than can be meant is refused, before they are all made", () => {
    const names = (type: string) => Array.from({ length: 40_000 }, (_, index) => `${type}:${index}`)
    const check = { users: names("user"), objects: names("doc"), assertions: { viewer: true } }
    expect(mistake({ "s.fga.yaml": yamlOf(`tests: ${JSON.stringify([{ check: [check] }])}`) })).toContain(
      "more than 100000 questions are asked",
    )
  })

  test.each([
    ["the file itself", { "s.fga.yaml": yamlOf(`tuples: ${JSON.stringify([anne, anne])}`) }, "s.fga.yaml:2"],
    [
      "a tuple file, under another condition",
      {
        "s.fga.yaml": yamlOf(`tuples: ${JSON.stringify([anne])}\ntuple_file: t.json`),
        "t.json": `[\n${JSON.stringify({ ...anne, condition: { name: "c" } })}]`,
      },
      "t.json:2",
    ],
    [
      "a test",
      {
        "s.fga.yaml": yamlOf(
          `tuples: ${JSON.stringify([anne])}\ntests:\n  - tuples:\n    - ${JSON.stringify(anne)}`,
        ),
      },
      "s.fga.yaml:5",
    ],
  ])("that holds a tuple twice, the second in %s, is refused with both places", (_, files, second) => {
    expect(mistake(files)).toBe(
      `openfga.file_tuple_invalid ${second}: the tuple doc:1#viewer@user:anne is there twice: first at s.fga.yaml:2.`,
    )
  })

  test("two tests may hold the same tuple", () => {
    const tests = `tests:\n  - tuples: [${JSON.stringify(anne)}]\n  - tuples: [${JSON.stringify(anne)}]\n`
    expect(read({ "s.fga.yaml": yamlOf(tests) }).tests.map(({ tuples }) => tuples)).toEqual([[anne], [anne]])
  })
})
