import type { RelationshipTuple } from "@gatehouse/rebac"
import { parseModel } from "./parse-model.ts"
import { asList, asRecord, asText, knownMembers } from "./read-yaml.ts"
import type { Assertion, Expectation, Scenario, Stage } from "./scenario.ts"

/** Reads OpenFGA's own format (assets/tests): `tests`, each with `stages` that share one store. */
export function readConsolidated(file: string, document: unknown): Scenario[] {
  return asList(asRecord(document, file)["tests"], `${file}: tests`).map((test) => {
    const members = knownMembers(test, file, ["name", "stages"])
    const name = asText(members["name"], `${file}: name`)
    return {
      file,
      name,
      stages: asList(members["stages"], `${name}: stages`).map((stage) => readStage(stage, name)),
      repeatWithContextualTuples: true,
    }
  })
}

function readStage(stage: unknown, name: string): Stage {
  const members = knownMembers(stage, name, [
    "name",
    "model",
    "tuples",
    "checkAssertions",
    "listObjectsAssertions",
    "listUsersAssertions",
  ])
  return {
    model: parseModel(asText(members["model"], `${name}: model`)),
    tuples: asList(members["tuples"], name).map(readTuple),
    assertions: [
      ...asList(members["checkAssertions"], name).map(readCheck),
      ...asList(members["listObjectsAssertions"], name).map(readListObjects),
      ...asList(members["listUsersAssertions"], name).map(readListUsers),
    ],
  }
}

/** Reads a tuple with its condition; any other member is a mistake of the file. */
export function readTuple(tuple: unknown): RelationshipTuple {
  const members = knownMembers(tuple, "tuple", ["user", "relation", "object", "condition"])
  const key = {
    user: asText(members["user"], "user"),
    relation: asText(members["relation"], "relation"),
    object: asText(members["object"], "object"),
  }
  if (members["condition"] === undefined || members["condition"] === null) return key
  const condition = knownMembers(members["condition"], "condition", ["name", "context"])
  const context = condition["context"]
  const name = asText(condition["name"], "condition name")
  return {
    ...key,
    condition: context === undefined ? { name } : { name, context: asRecord(context, "context") },
  }
}

function readCommon(members: Readonly<Record<string, unknown>>) {
  const context = members["context"]
  return {
    contextualTuples: asList(members["contextualTuples"], "contextualTuples").map(readTuple),
    context: context === undefined || context === null ? undefined : asRecord(context, "context"),
  }
}

function readExpectation<Answer>(
  members: Readonly<Record<string, unknown>>,
  read: (value: unknown) => Answer,
): Expectation<Answer> {
  return typeof members["errorCode"] === "number"
    ? { errorCode: members["errorCode"] }
    : { answer: read(members["expectation"]) }
}

const common = ["name", "contextualTuples", "context", "expectation", "errorCode"]

function readCheck(assertion: unknown): Assertion {
  const members = knownMembers(assertion, "checkAssertions", [...common, "tuple"])
  const { user, relation, object } = readTuple(members["tuple"])
  const expected = readExpectation(members, (value) => value === true)
  return { kind: "check", user, relation, object, expected, ...readCommon(members) }
}

function readListObjects(assertion: unknown): Assertion {
  const members = knownMembers(assertion, "listObjectsAssertions", [...common, "request"])
  const request = knownMembers(members["request"], "request", ["user", "type", "relation"])
  return {
    kind: "list_objects",
    user: asText(request["user"], "user"),
    type: asText(request["type"], "type"),
    relation: asText(request["relation"], "relation"),
    expected: readExpectation(members, readNames),
    ...readCommon(members),
  }
}

function readListUsers(assertion: unknown): Assertion {
  const members = knownMembers(assertion, "listUsersAssertions", [...common, "request"])
  // One of OpenFGA's own cases has its expectation a level too deep, where OpenFGA's runner does not see it; it is the empty list.
  const request = knownMembers(members["request"], "request", [
    "filters",
    "object",
    "relation",
    "expectation",
  ])
  if ("expectation" in request && asList(request["expectation"], "expectation").length > 0)
    throw new Error("an expectation stands inside its request")
  const filters = asList(request["filters"], "filters")
  if (filters.length !== 1) throw new Error("a list of users is asked for exactly one kind")
  const [type = "", relation] = asText(filters[0], "filter").split("#")
  return {
    kind: "list_users",
    object: asText(request["object"], "object"),
    relation: asText(request["relation"], "relation"),
    filter: { type, relation },
    expected: readExpectation(members, readNames),
    ...readCommon(members),
  }
}

/** `null` is the empty list. */
function readNames(value: unknown): string[] {
  return asList(value, "expectation").map((name) => asText(name, "expectation"))
}
