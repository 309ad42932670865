import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { readStoreFile, runStoreTests } from "@gatehouse/sdk/model"
import { afterAll, describe, expect, test } from "vitest"
import { readEnvironment } from "../environment.ts"
import { exitCodeMeanings } from "../exit-codes.ts"
import { main } from "../main.ts"
import type { Terminal } from "../terminal.ts"

const dsl = `model
  schema 1.1
type user
type group
  relations
    define member: [user]
type doc
  relations
    define owner: [user]
    define viewer: [user, user with low, group#member] or owner
condition low(x: int) {
  x < 10
}
`
const tuples = [
  { user: "user:anne", relation: "owner", object: "doc:1" },
  { user: "group:eng#member", relation: "viewer", object: "doc:1" },
  { user: "user:bob", relation: "member", object: "group:eng" },
]
const conditional = { user: "user:carl", relation: "viewer", object: "doc:2", condition: { name: "low" } }
const robot = { user: "robot:1", relation: "viewer", object: "doc:1" }
const store = (test: string) => `name: Docs
model_file: old.fga
tuple_file: tuples.json
tests:
${test}`
const checks = (...expected: boolean[]) =>
  expected
    .map(
      (one, index) =>
        `  - name: t${index}\n    check: [{user: user:bob, object: doc:1, assertions: {viewer: ${one}}}]\n`,
    )
    .join("")

const folder = mkdtempSync(join(tmpdir(), "gatehouse-model-"))
afterAll(() => rmSync(folder, { recursive: true }))
const files: Readonly<Record<string, string>> = {
  "old.fga": dsl,
  "same.fga": `# Written otherwise, and the same.\n${dsl}`,
  "wide.fga": dsl
    .replace("define owner: [user]", "define owner: [user] or viewer")
    .replace(" or owner\n", "\n"),
  "narrow.fga": dsl.replace(" or owner", ""),
  "loose.fga": dsl.replace("x < 10", "x < 20"),
  "more.fga": dsl.replace("type doc", "type folder\n  relations\n    define parent: [folder]\ntype doc"),
  "broken.fga": dsl.replace("or owner", "or"),
  "cycle.fga": dsl.replace("define owner: [user]", "define owner: viewer"),
  "tuples.json": JSON.stringify(tuples),
  "conditional.jsonl": [...tuples, conditional].map((tuple) => JSON.stringify(tuple)).join("\n"),
  "twice.fga.yaml": `model_file: old.fga\ntuples: ${JSON.stringify([tuples[0], tuples[0]])}\n`,
  "other.json": JSON.stringify([robot]),
  "mixed.json": JSON.stringify([...tuples, robot]),
  "good.fga.yaml": store(checks(true, true)),
  "bad.fga.yaml": store(checks(true, false)),
  "old.fga.yaml": store(checks(true)),
  "narrow.fga.yaml": store(checks(true)).replace("old.fga", "narrow.fga"),
  "odd.fga.yaml": store(checks(true)).replace("name: Docs", 'name: "\\e[31mDocs\\nx"'),
  "empty.fga.yaml": store(""),
}
for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)

/** Runs the command line on the files above. The folder is left out of what is written. */
async function gatehouse(...words: string[]): Promise<{ status: number; stdout: string; stderr: string }> {
  const written = { stdout: "", stderr: "" }
  const terminal: Terminal = {
    out: (line) => {
      written.stdout += `${line}\n`
    },
    outBytes: () => {},
    note: (line) => {
      written.stderr += `${line}\n`
    },
    replaceLine: () => {},
    interactive: false,
    columns: undefined,
    style: (_format, text) => text,
    readInput: async () => "",
    readInputBytes: async function* () {},
  }
  const paths = words.map((word) => (/^[a-z/]+(\.[a-z]+)+$/.test(word) ? join(folder, word) : word))
  const status = await main(paths, terminal, readEnvironment({ HOME: folder, GATEHOUSE_STATE: folder }))
  const short = (text: string) => text.replaceAll(`${folder}/`, "")
  return { status, stdout: short(written.stdout), stderr: short(written.stderr) }
}

describe("gatehouse model test", () => {
  test("ends with 0 where all tests of all files pass", async () => {
    expect(await gatehouse("model", "test", "good.fga.yaml", "old.fga.yaml")).toEqual({
      status: 0,
      stdout:
        "good.fga.yaml (Docs)\n✓ t0 (1)\n✓ t1 (1)\n\nold.fga.yaml (Docs)\n✓ t0 (1)\n\n3 passed, 0 failed\n",
      stderr: "",
    })
  })

  test("ends with 1 where one fails, and says where, what and why", async () => {
    expect(await gatehouse("model", "test", "good.fga.yaml", "bad.fga.yaml")).toEqual({
      status: 1,
      stdout: `good.fga.yaml (Docs)
✓ t0 (1)
✓ t1 (1)

bad.fga.yaml (Docs)
✓ t0 (1)
✗ t1 (1 of 1 failed)
  bad.fga.yaml:8: user:bob viewer doc:1: expected false, got true
    └─ group:eng#member is viewer of doc:1
       └─ user:bob is member of group:eng

3 passed, 1 failed
`,
      stderr: "",
    })
  })

  test("with --json gives one document with every assertion", async () => {
    const { status, stdout } = await gatehouse("model", "test", "bad.fga.yaml", "--json")
    expect(status).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      passed: 1,
      failed: 1,
      items: [
        {
          name: "Docs",
          tests: [
            { name: "t0", passed: true },
            { name: "t1", passed: false, assertions: [{ got: true, explanation: { allowed: true } }] },
          ],
        },
      ],
    })
  })

  test("shows names of files without control characters", async () => {
    const { stdout } = await gatehouse("model", "test", "odd.fga.yaml")
    expect(stdout).toContain("odd.fga.yaml (\uFFFD[31mDocs\uFFFDx)")
  })

  test.each([
    [
      ["no.fga.yaml"],
      "no.fga.yaml: there is no such file. Check its path and rights. (openfga.file_unreadable)",
    ],
    [
      ["good.fga.yaml", "no.fga.yaml"],
      "no.fga.yaml: there is no such file. Check its path and rights. (openfga.file_unreadable)",
    ],
    [
      ["empty.fga.yaml"],
      "empty.fga.yaml: it holds no test that asserts anything. Mend it at the place that is named. (openfga.file_invalid)",
    ],
    [
      ["twice.fga.yaml"],
      "twice.fga.yaml:2: the tuple doc:1#owner@user:anne is there twice: first at twice.fga.yaml:2. Remove the tuple, or compare it with the type restrictions of its relation. (openfga.file_tuple_invalid)",
    ],
  ])("%j is refused with 6 before any test runs", async (words, line) => {
    expect(await gatehouse("model", "test", ...words)).toEqual({
      status: 6,
      stdout: "",
      stderr: `gatehouse: ${line}\n`,
    })
  })

  test("without a file is a usage error", async () => {
    expect(await gatehouse("model", "test")).toMatchObject({ status: 2, stdout: "" })
  })
})

test("the platform's own model answers as its store test says", () => {
  const file = new URL("../../../../packages/contracts/src/permissions/model.fga.yaml", import.meta.url)
  expect(runStoreTests(readStoreFile(fileURLToPath(file)))).toMatchObject({ failed: 0, passed: 74 })
})

describe("gatehouse model diff", () => {
  test("ends with 0 where nothing changes", async () => {
    expect(await gatehouse("model", "diff", "old.fga", "same.fga", "--tuples", "tuples.json")).toEqual({
      status: 0,
      stdout: "Nobody gains or loses anything among 3 users and 4 objects.\n",
      stderr: "",
    })
  })

  test("ends with 7 where access changes, and shows who gains and loses what", async () => {
    expect(await gatehouse("model", "diff", "old.fga", "narrow.fga", "--tuples", "tuples.json")).toEqual({
      status: 7,
      stdout:
        "doc#viewer\n  - user:anne loses doc:1\n\n0 gained, 1 lost, 0 undecided among 3 users and 4 objects.\n",
      stderr: "",
    })
    expect((await gatehouse("model", "diff", "old.fga", "wide.fga", "--tuples", "tuples.json")).stdout).toBe(
      `doc#owner
  + group:eng#member gains doc:1
  + user:bob gains doc:1

doc#viewer
  - user:anne loses doc:1

2 gained, 1 lost, 0 undecided among 3 users and 4 objects.
`,
    )
  })

  test("--fail-on says which changes end with 7", async () => {
    const ends = async (model: string, failOn: string) =>
      (await gatehouse("model", "diff", "old.fga", model, "--tuples", "tuples.json", "--fail-on", failOn))
        .status
    expect([await ends("narrow.fga", "gains"), await ends("narrow.fga", "losses")]).toEqual([0, 7])
    expect([await ends("wide.fga", "gains"), await ends("wide.fga", "losses")]).toEqual([7, 7])
    expect(await ends("same.fga", "any")).toBe(0)
  })

  test("takes the relationships of store files where none are named", async () => {
    expect(await gatehouse("model", "diff", "old.fga", "narrow.fga.yaml")).toMatchObject({
      status: 7,
      stdout: expect.stringContaining("user:anne loses doc:1"),
    })
  })

  test("what a condition leaves open ends with 7, and --context decides it", async () => {
    const words = ["model", "diff", "old.fga", "loose.fga", "--tuples", "conditional.jsonl"]
    const open = await gatehouse(...words, "--fail-on", "losses")
    expect([open.status, open.stdout]).toEqual([
      7,
      `doc#viewer
  ? user:carl undecided on doc:2 (on a condition)

0 gained, 0 lost, 1 undecided among 4 users and 6 objects.
Undecided answers hang on conditions: give their parameters with --context.
`,
    ])
    expect((await gatehouse(...words, "--context", '{"x":15}')).stdout).toContain(
      "+ user:carl gains doc:2 (on a condition)",
    )
    expect(await gatehouse(...words, "--context", '{"x":5}')).toMatchObject({ status: 0 })
  })

  test("reads a model from a pipe, as from another revision", () => {
    const bin = fileURLToPath(new URL("../../bin/gatehouse.mjs", import.meta.url))
    const command = `cat old.fga | "${process.execPath}" "${bin}" model diff /dev/stdin narrow.fga --tuples tuples.json`
    const { status, stdout } = spawnSync("sh", ["-c", command], {
      cwd: folder,
      encoding: "utf8",
      env: { PATH: process.env.PATH, HOME: folder, GATEHOUSE_STATE: folder },
    })
    expect([status, stdout]).toEqual([7, expect.stringContaining("user:anne loses doc:1")])
  })

  test("tells of types and relations that one model alone has, and of relationships that count for nothing", async () => {
    const { status, stdout } = await gatehouse(
      "model",
      "diff",
      "old.fga",
      "more.fga",
      "--tuples",
      "mixed.json",
    )
    expect([status, stdout]).toEqual([
      0,
      `+ type folder
+ relation folder#parent

Relationships that count for nothing, since neither model allows them: 1
  robot:1 viewer doc:1

Nobody gains or loses anything among 4 users and 5 objects.
`,
    ])
  })

  test("with --json gives the whole difference", async () => {
    const { stdout } = await gatehouse(
      "model",
      "diff",
      "old.fga",
      "narrow.fga",
      "--tuples",
      "tuples.json",
      "--json",
    )
    expect(JSON.parse(stdout)).toMatchObject({
      complete: true,
      counts: { gains: 0, losses: 1, undecided: 0 },
      groups: [
        {
          user: "user:anne",
          relation: "viewer",
          type: "doc",
          losses: [{ object: "doc:1", conditional: false }],
        },
      ],
    })
  })

  test.each([
    [
      ["old.fga", "no.fga", "--tuples", "tuples.json"],
      /^gatehouse: no\.fga: there is no such file\. .*\(openfga\.file_unreadable\)\n$/,
    ],
    [
      ["old.fga", "broken.fga", "--tuples", "tuples.json"],
      /^gatehouse: broken\.fga:10:\d+: .*\(openfga\.file_invalid\)\n$/,
    ],
    [
      ["old.fga", "cycle.fga", "--tuples", "tuples.json"],
      /^gatehouse: cycle\.fga: .*'owner'.*\(openfga\.file_model_invalid\)\n$/,
    ],
    [
      ["old.fga", "same.fga", "--tuples", "old.fga"],
      /^gatehouse: old\.fga: tuples come in .*\(openfga\.file_invalid\)\n$/,
    ],
    [
      ["tuples.json", "old.fga", "--tuples", "tuples.json"],
      /^gatehouse: tuples\.json:1: an object with members is expected.*\(openfga\.file_invalid\)\n$/,
    ],
  ])("%j is refused with 6 and the place", async (words, line) => {
    expect(await gatehouse("model", "diff", ...words)).toEqual({
      status: 6,
      stdout: "",
      stderr: expect.stringMatching(line),
    })
  })

  test.each([
    [["old.fga"]],
    [["old.fga", "same.fga"]],
    [["old.fga", "same.fga", "more.fga", "--tuples", "tuples.json"]],
    [["old.fga", "same.fga", "--tuples", "tuples.json", "--fail-on", "everything"]],
    [["old.fga", "same.fga", "--tuples", "tuples.json", "--context", "x=5"]],
    [["old.fga", "same.fga", "--tuples", "tuples.json", "--context", "[]"]],
  ])("%j is a usage error", async (words) => {
    expect(await gatehouse("model", "diff", ...words)).toEqual({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(/^gatehouse: .+ \(cli\.usage\)\nUsage: gatehouse model diff/),
    })
  })
})

test("every exit code stands in the command line's README with its meaning", () => {
  const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8")
  for (const [code, meaning] of exitCodeMeanings)
    expect(readme).toMatch(new RegExp(`^\\| ${code} +\\| ${literally(meaning)} +\\|$`, "m"))
})

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
}
