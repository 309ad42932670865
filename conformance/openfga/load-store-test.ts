import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"
import { parse as parseYaml } from "yaml"
import { readTuple } from "./load-consolidated.ts"
import { parseModel, parseModularModel } from "./parse-model.ts"
import { asList, asRecord, asText, knownMembers } from "./read-yaml.ts"
import type { Assertion, Scenario } from "./scenario.ts"

/** Reads OpenFGA's store-test format (`.fga.yaml`): one model, tuples, and tests that each may add tuples. */
export function readStoreTest(file: string, document: unknown): Scenario[] {
  const members = knownMembers(document, file, [
    "name",
    "model",
    "model_file",
    "tuples",
    "tuple_file",
    "tuple_files",
    "tests",
  ])
  const directory = dirname(file)
  const model = readModel(members, directory)
  const shared = readTuples(members, directory)
  return asList(members["tests"], `${file}: tests`).map((test, index) => {
    const known = [
      "name",
      "description",
      "tuples",
      "tuple_file",
      "tuple_files",
      "check",
      "list_objects",
      "list_users",
    ]
    const parts = knownMembers(test, file, known)
    const name = typeof parts["name"] === "string" ? parts["name"] : `test ${index + 1}`
    const assertions = [
      ...asList(parts["check"], name).flatMap(readChecks),
      ...asList(parts["list_objects"], name).flatMap(readListObjects),
      ...asList(parts["list_users"], name).flatMap(readListUsers),
    ]
    const tuples = [...shared, ...readTuples(parts, directory)]
    return { file, name, stages: [{ model, tuples, assertions }], repeatWithContextualTuples: false }
  })
}

function readModel(members: Readonly<Record<string, unknown>>, directory: string): AuthorizationModel {
  if (members["model"] !== undefined) return parseModel(asText(members["model"], "model"))
  const path = join(directory, asText(members["model_file"], "model_file"))
  const text = readFileSync(path, "utf8")
  if (!path.endsWith("fga.mod")) return parseModel(text)
  const module = asRecord(parseYaml(text), path)
  const files = asList(module["contents"], path).map((one) => {
    const name = asText(one, path)
    return { name, contents: readFileSync(join(dirname(path), name), "utf8") }
  })
  return parseModularModel(files, asText(module["schema"], path))
}

function readTuples(members: Readonly<Record<string, unknown>>, directory: string): RelationshipTuple[] {
  const files = [members["tuple_file"], ...asList(members["tuple_files"], "tuple_files")].filter(
    (one) => one !== undefined,
  )
  const fromFiles = files.flatMap((one) => {
    const text = readFileSync(join(directory, asText(one, "tuple_file")), "utf8")
    return asList(parseYaml(text), "tuple_file").map(readTuple)
  })
  return [...asList(members["tuples"], "tuples").map(readTuple), ...fromFiles]
}

function contextOf(members: Readonly<Record<string, unknown>>) {
  const context = members["context"]
  return {
    contextualTuples: [],
    context: context === undefined || context === null ? undefined : asRecord(context, "context"),
  }
}

/** One name, or several: `user`/`users`, `object`/`objects`. */
function namesOf(members: Readonly<Record<string, unknown>>, one: string, several: string): string[] {
  const single = members[one] === undefined ? [] : [asText(members[one], one)]
  return [...single, ...asList(members[several], several).map((name) => asText(name, several))]
}

function readChecks(check: unknown): Assertion[] {
  const members = knownMembers(check, "check", [
    "user",
    "users",
    "object",
    "objects",
    "assertions",
    "context",
  ])
  const assertions = Object.entries(asRecord(members["assertions"], "assertions"))
  return namesOf(members, "user", "users").flatMap((user) =>
    namesOf(members, "object", "objects").flatMap((object) =>
      assertions.map(([relation, expected]): Assertion => {
        if (typeof expected !== "boolean") throw new Error(`check of ${relation}: true or false is expected`)
        return {
          kind: "check",
          user,
          relation,
          object,
          expected: { answer: expected },
          ...contextOf(members),
        }
      }),
    ),
  )
}

function readListObjects(list: unknown): Assertion[] {
  const members = knownMembers(list, "list_objects", ["user", "type", "assertions", "context"])
  return Object.entries(asRecord(members["assertions"], "assertions")).map(([relation, expected]) => ({
    kind: "list_objects",
    user: asText(members["user"], "user"),
    type: asText(members["type"], "type"),
    relation,
    expected: { answer: asList(expected, relation).map((name) => asText(name, relation)) },
    ...contextOf(members),
  }))
}

function readListUsers(list: unknown): Assertion[] {
  const members = knownMembers(list, "list_users", ["object", "user_filter", "assertions", "context"])
  const filters = asList(members["user_filter"], "user_filter")
  if (filters.length !== 1) throw new Error("a list of users is asked for exactly one kind")
  const filter = knownMembers(filters[0], "user_filter", ["type", "relation"])
  const relationOfFilter =
    filter["relation"] === undefined ? undefined : asText(filter["relation"], "user_filter")
  return Object.entries(asRecord(members["assertions"], "assertions")).map(([relation, expected]) => ({
    kind: "list_users",
    object: asText(members["object"], "object"),
    relation,
    filter: { type: asText(filter["type"], "user_filter"), relation: relationOfFilter },
    expected: {
      answer: asList(knownMembers(expected, relation, ["users"])["users"], relation).map((name) =>
        asText(name, relation),
      ),
    },
    ...contextOf(members),
  }))
}
