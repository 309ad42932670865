import { mkdirSync, truncateSync } from "node:fs"
import { join } from "node:path"
import { compileModel } from "@gatehouse/rebac"
import { describe, expect, test } from "vitest"
import { checkModel } from "./check-model.ts"
import { parseModel, readModelFile } from "./read-model.ts"
import { writeFiles } from "./testing/write-files.ts"

const dsl = `model
  schema 1.1
type user
type doc
  relations
    define owner: [user]
    define viewer: [user with flagged] or owner
condition flagged(flag: bool) {
  flag
}
`
const json = {
  schema_version: "1.1",
  type_definitions: [
    { type: "user", relations: {} },
    {
      type: "doc",
      relations: {
        owner: { this: {} },
        viewer: { union: { child: [{ this: {} }, { computedUserset: { relation: "owner" } }] } },
      },
      metadata: {
        relations: {
          owner: { directly_related_user_types: [{ type: "user" }] },
          viewer: { directly_related_user_types: [{ type: "user", condition: "flagged" }] },
        },
      },
    },
  ],
  conditions: {
    flagged: { name: "flagged", expression: "flag", parameters: { flag: { type_name: "TYPE_NAME_BOOL" } } },
  },
}

/** What is wrong with one file of those written. */
function mistake(files: Readonly<Record<string, string | Uint8Array>>, name: string): unknown {
  const folder = writeFiles(files)
  try {
    checkModel(readModelFile(join(folder, name)), join(folder, name))
  } catch (error) {
    const { code, publicMessage, details } = error as {
      code: string
      publicMessage: string
      details: { errors?: { path: string; message: string }[] }
    }
    const others = (details.errors ?? []).map(({ path, message }) => `${path}: ${message}.`)
    return [code, ...[publicMessage, ...others].map((line) => line.replaceAll(`${folder}/`, ""))]
  }
  return undefined
}

describe("a model is read from", () => {
  test.each([
    ["OpenFGA's language", "model.fga", dsl],
    ["the language under any name", "model", dsl],
    [
      "the language with a byte order mark and carriage returns",
      "model.fga",
      `\uFEFF${dsl.replaceAll("\n", "\r\n")}`,
    ],
    ["JSON", "model.json", JSON.stringify(json)],
    ["JSON with an id, as OpenFGA's tool writes it", "model.json", JSON.stringify({ id: "01K", ...json })],
    [
      "the answer of OpenFGA's API",
      "model.json",
      JSON.stringify({ authorization_model: { ...json, id: "01K", conditions: json.conditions } }, null, 2),
    ],
    ["a store file", "store.fga.yaml", `model: |\n${dsl.replaceAll(/^/gm, "  ")}`],
    ["a store file with JSON in it", "store.fga.yaml", `model: '${JSON.stringify(json)}'`],
  ])("%s", (_, name, content) => {
    const model = readModelFile(join(writeFiles({ [name]: content }), name))
    const { schema } = compileModel(model)
    expect([...schema.types.keys()]).toEqual(["user", "doc"])
    expect([...(schema.types.get("doc")?.keys() ?? [])]).toEqual(["owner", "viewer"])
    expect([...schema.conditions.keys()]).toEqual(["flagged"])
  })

  test("inline expressions, whose name the language's own parser does not know", () => {
    const { metadata } = parseModel(dsl.replace("with flagged", "with $expression")).type_definitions[1] ?? {}
    expect(metadata?.relations?.viewer?.directly_related_user_types).toEqual([
      { type: "user", condition: "$expression" },
    ])
  })

  test("the file that a store file names, from the store file's folder", () => {
    const folder = writeFiles({ "sub/store.fga.yaml": "model_file: ../m/model.fga", "m/model.fga": dsl })
    expect(readModelFile(join(folder, "sub/store.fga.yaml"))).toEqual(parseModel(dsl))
  })

  test("a modular model: types, extensions and conditions of all modules, each with its file", () => {
    const folder = writeFiles({
      "fga.mod": 'schema: "1.2"\ncontents:\n  - core.fga\n  - sub/docs.fga\n',
      "core.fga": "module core\ntype user\ntype org\n  relations\n    define member: [user]\n",
      "sub/docs.fga": `module docs
extend type org
  relations
    define can_file: member
type doc
  relations
    define org: [org]
    define reader: [user with flagged] or can_file from org
condition flagged(flag: bool) {
  flag
}
`,
    })
    const model = readModelFile(join(folder, "fga.mod"))
    const { schema } = compileModel(model)
    expect([...schema.types.keys()]).toEqual(["user", "org", "doc"])
    expect([...(schema.types.get("org")?.keys() ?? [])]).toEqual(["member", "can_file"])
    const org = model.type_definitions[1]
    expect(org?.metadata).toMatchObject({
      module: "core",
      source_info: { file: "core.fga" },
      relations: { can_file: { module: "docs", source_info: { file: "sub/docs.fga" } } },
    })
    expect(model.conditions?.flagged?.metadata).toEqual({
      module: "docs",
      source_info: { file: "sub/docs.fga" },
    })
    const store = join(
      writeFiles({ "s.fga.yaml": `model_file: ${join("..", folder.split("/").at(-1) ?? "", "fga.mod")}` }),
      "s.fga.yaml",
    )
    expect(readModelFile(store)).toEqual(model)
  })
})

describe("a file that is no model is refused by name and line:", () => {
  test.each([
    ["a missing file", {}, "no.fga", ["openfga.file_unreadable", "no.fga: there is no such file."]],
    [
      "an empty file",
      { "m.fga": "" },
      "m.fga",
      ["openfga.file_invalid", expect.stringMatching(/^m\.fga:1:1: mismatched input '<EOF>'/)],
    ],
    [
      "a binary file",
      { "m.fga": new Uint8Array([1, 0, 2]) },
      "m.fga",
      ["openfga.file_unreadable", "m.fga: it is not text."],
    ],
    [
      "text in another encoding",
      { "m.fga": new Uint8Array([0xe9, 0x74, 0xe9]) },
      "m.fga",
      ["openfga.file_unreadable", "m.fga: it is not text in UTF-8."],
    ],
    [
      "mistakes of the language, all of them",
      {
        "m.fga":
          "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    define a: [user] or\n    define b: user]\n",
      },
      "m.fga",
      [
        "openfga.file_invalid",
        expect.stringMatching(/^m\.fga:6:24: /),
        expect.stringMatching(/^m\.fga:7:\d+: /),
      ],
    ],
    [
      "a mistake of the language inside a store file",
      { "s.fga.yaml": "name: x\nmodel: |\n  model\n    schema 1.1\n  tipe user\n" },
      "s.fga.yaml",
      ["openfga.file_invalid", expect.stringMatching(/^s\.fga\.yaml:5: .*tipe/)],
    ],
    [
      "a mistake of the language inside quotes of a store file",
      { "s.fga.yaml": 'model: "model\\n  schema 1.1\\ntipe user\\n"\n' },
      "s.fga.yaml",
      ["openfga.file_invalid", expect.stringMatching(/^s\.fga\.yaml: line 3 of the model: .*tipe/)],
    ],
    [
      "one module alone",
      { "m.fga": "module x\ntype user\n" },
      "m.fga",
      [
        "openfga.file_invalid",
        expect.stringContaining("m.fga: it is one module of a modular model; name the fga.mod"),
      ],
    ],
    [
      "JSON that ends too early",
      { "m.json": '{"schema_version":\n' },
      "m.json",
      ["openfga.file_invalid", "m.json:2: it is not JSON from here on."],
    ],
    [
      "JSON with a comma too many",
      { "m.json": '{\n"schema_version": "1.1",\n,}' },
      "m.json",
      ["openfga.file_invalid", "m.json:3: it is not JSON from here on."],
    ],
    [
      "an unknown member of JSON",
      { "m.json": '{"schema_version":"1.1",\n"type_definitions":[\n{"type":"a",\n"relation":{}}]}' },
      "m.json",
      [
        "openfga.file_invalid",
        "m.json:4: type_definitions[0].relation: there is no such member; known are type, relations, metadata.",
      ],
    ],
    [
      "a member of another type",
      { "m.json": '{"schema_version":"1.1","type_definitions":{}}' },
      "m.json",
      ["openfga.file_invalid", "m.json:1: type_definitions: a list is expected."],
    ],
    [
      "a missing member",
      { "m.json": '{"type_definitions":[]}' },
      "m.json",
      ["openfga.file_invalid", "m.json:1: schema_version: text is missing."],
    ],
    [
      "a list in place of a model",
      { "m.json": "[]" },
      "m.json",
      ["openfga.file_invalid", expect.stringContaining("m.json:1:")],
    ],
    [
      "YAML that is none",
      { "s.yaml": "a: [1,\nb: 2" },
      "s.yaml",
      ["openfga.file_invalid", expect.stringMatching(/^s\.yaml:2: YAML: /)],
    ],
    [
      "a member that is there twice",
      { "s.yaml": "name: a\nname: b\n" },
      "s.yaml",
      ["openfga.file_invalid", "s.yaml:2: YAML: Map keys must be unique."],
    ],
    [
      "a store file without a model",
      { "s.yaml": "name: a" },
      "s.yaml",
      ["openfga.file_invalid", "s.yaml:1: it holds no model and no model_file."],
    ],
    [
      "a store file with an unknown member",
      { "s.yaml": "model: x\nmodelfile: a\n" },
      "s.yaml",
      [
        "openfga.file_invalid",
        "s.yaml:2: modelfile: there is no such member; known are name, model, model_file, tuples, tuple_file, tuple_files, tests.",
      ],
    ],
    [
      "a store file whose model is a store file",
      { "s.yaml": "model_file: s.yaml" },
      "s.yaml",
      ["openfga.file_invalid", "s.yaml:1: model_file: a model is a .fga, .json or .mod file."],
    ],
    [
      "a store file whose model is missing",
      { "s.yaml": "model_file: no.fga" },
      "s.yaml",
      ["openfga.file_unreadable", "no.fga: there is no such file."],
    ],
    [
      "fga.mod of another schema",
      { "fga.mod": "schema: 1.2\ncontents: [a.fga]" },
      "fga.mod",
      ["openfga.file_invalid", "fga.mod:1: schema: text is expected."],
    ],
    [
      "fga.mod of schema 1.1",
      { "fga.mod": 'schema: "1.1"\ncontents: [a.fga]' },
      "fga.mod",
      ["openfga.file_invalid", 'fga.mod:1: schema: modular models are of schema "1.2", with its quotes.'],
    ],
    [
      "fga.mod that lists nothing",
      { "fga.mod": 'schema: "1.2"\ncontents: []' },
      "fga.mod",
      ["openfga.file_invalid", "fga.mod:2: contents: it lists no module."],
    ],
    [
      "fga.mod that leaves its folder",
      { "fga.mod": 'schema: "1.2"\ncontents:\n  - ../a.fga' },
      "fga.mod",
      ["openfga.file_invalid", "fga.mod:3: contents[0]: a module's file lies below the folder of fga.mod."],
    ],
    [
      "fga.mod with a module that is a whole model",
      { "fga.mod": 'schema: "1.2"\ncontents: [a.fga]', "a.fga": dsl },
      "fga.mod",
      ["openfga.file_invalid", "a.fga:1: it is a whole model, not a module; begin it with module NAME."],
    ],
    [
      "modules that contradict each other, all at once",
      {
        "fga.mod": 'schema: "1.2"\ncontents: [a.fga, b.fga]',
        "a.fga": "module a\ntype user\ntype org\n  relations\n    define member: [user]\n",
        "b.fga":
          "module b\ntype user\nextend type org\n  relations\n    define member: [user]\nextend type gone\n  relations\n    define x: [user]\n",
      },
      "fga.mod",
      [
        "openfga.file_invalid",
        "b.fga: type user is defined by another module too.",
        "b.fga: relation member of type org is defined already.",
        "b.fga: type gone is extended, and no module defines it.",
      ],
    ],
    [
      "a model with a cycle",
      {
        "m.fga": "model\n  schema 1.1\ntype user\ntype doc\n  relations\n    define a: b\n    define b: a\n",
      },
      "m.fga",
      [
        "openfga.file_model_invalid",
        expect.stringMatching(/^m\.fga: .*relation 'a' in object type 'doc' is invalid: /),
        expect.stringMatching(/^m\.fga: .*relation 'b'/),
      ],
    ],
  ])("%s", (_, files, name, expected) => {
    expect(mistake(files, name)).toEqual(expected)
  })

  test("a directory", () => {
    const folder = writeFiles({})
    mkdirSync(join(folder, "m.fga"))
    expect(() => readModelFile(join(folder, "m.fga"))).toThrow(/m\.fga: it is a directory\.$/)
  })

  test("a file larger than any model, without reading it, and a source without end", () => {
    const file = join(writeFiles({ "m.fga": "" }), "m.fga")
    truncateSync(file, 1024 ** 4)
    const tooLarge = expect.objectContaining({ code: "openfga.file_too_large" })
    expect(() => readModelFile(file)).toThrow(tooLarge)
    expect(() => readModelFile("/dev/zero")).toThrow(tooLarge)
  })

  test.each([
    [
      "language",
      "m.fga",
      `model\n  schema 1.1\ntype user\ntype d\n  relations\n    define a: ${"(".repeat(50_000)}\n`,
    ],
    [
      "JSON",
      "m.json",
      `{"schema_version":"1.1","type_definitions":${"[".repeat(50_000)}${"]".repeat(50_000)}}`,
    ],
    [
      "rewrites",
      "m.json",
      `{"schema_version":"1.1","type_definitions":[{"type":"a","relations":{"b":${'{"difference":{"base":'.repeat(5_000)}{}${',"subtract":{"this":{}}}}'.repeat(5_000)}}}]}`,
    ],
    ["YAML", "m.yaml", `model: ${"[".repeat(50_000)}`],
    [
      "aliases",
      "m.yaml",
      `a: &a [x,x,x,x,x,x,x,x,x]\n${[..."bcdefghij"].map((name, index) => `${name}: &${name} [${`*${"abcdefghij"[index]},`.repeat(9)}]\n`).join("")}`,
    ],
  ])(
    "%s that nests without end",
    (_, name, content) => {
      expect(mistake({ [name]: content }, name)).toEqual(expect.arrayContaining(["openfga.file_invalid"]))
    },
    30_000,
  )

  test("names of prototypes as types, relations and conditions are names like others", () => {
    const model = parseModel(
      JSON.stringify({
        schema_version: "1.1",
        type_definitions: [{ type: "constructor", relations: {} }],
      }).replace('"relations":{}', '"relations":{"__proto__":{"this":{}}}'),
    )
    expect(Object.keys(model.type_definitions[0]?.relations ?? {})).toEqual(["__proto__"])
  })
})
