import { GatehouseError } from "@gatehouse/kernel"
import { parseModel } from "@gatehouse/openfga/files"
import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"
import { expectedNumber } from "./error-codes.ts"
import {
  allMembers,
  dataOf,
  FileProblem,
  isAbsent,
  itemsOf,
  knownMembers,
  lineBeforeText,
  type Part,
  problemAt,
  recordOf,
  textOf,
} from "./read-yaml.ts"
import type { Assertion, BrokenCase, Expectation, Scenario, Stage, UserFilter } from "./scenario.ts"

const assertionMembers = ["checkAssertions", "listObjectsAssertions", "listUsersAssertions"] as const
const stageMembers = ["name", "model", "tuples", ...assertionMembers] as const

/** True for a test of OpenFGA's own format, told by its members. */
export function isConsolidatedTest(test: Part): boolean {
  const names = [...allMembers(test).keys()].map((name) => name.toLowerCase())
  return ["stages", ...assertionMembers].some((name) => names.includes(name.toLowerCase()))
}

/**
 * Reads OpenFGA's own format (assets/tests): `tests`, each with `stages` that share one store. A test may also hold the members
 * of its only stage itself, and take its model and tuples from the file. A test that is wrong is broken by itself.
 */
export function readConsolidated(root: Part): (Scenario | BrokenCase)[] {
  const file = knownMembers(root, ["name", "model", "tuples", "tests"])
  return itemsOf(file.tests).map((test, index) => {
    let name = `test ${index + 1}`
    try {
      const members = knownMembers(test, [...stageMembers, "stages", "description"])
      if (!isAbsent(members.name)) name = textOf(members.name)
      return readTest(test, name, members, file)
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error
      return { file: root.file, line: error.line ?? test.line, name, problem: error.message }
    }
  })
}

type Members<Name extends string> = Readonly<Record<Name, Part>>

function readTest(
  test: Part,
  name: string,
  members: Members<(typeof stageMembers)[number] | "stages">,
  file: Members<"model" | "tuples">,
): Scenario {
  const own = stageMembers.slice(1).filter((each) => !isAbsent(members[each]))
  if (!isAbsent(members.stages) && own.length > 0)
    throw problemAt(test, `beside stages there is ${own.join(", ")}`)
  if (isAbsent(members.stages) && own.length === 0) throw problemAt(test, "it asserts nothing")
  const fallback = { model: file.model, tuples: isAbsent(file.tuples) ? [] : itemsOf(file.tuples) }
  const stages = isAbsent(members.stages)
    ? [readStage(members, fallback, true)]
    : itemsOf(members.stages).map((stage, index) =>
        readStage(knownMembers(stage, stageMembers), fallback, index === 0),
      )
  return { file: test.file, line: test.line, name, stages, repeatWithContextualTuples: true }
}

function readStage(
  members: Members<(typeof stageMembers)[number]>,
  file: { readonly model: Part; readonly tuples: readonly Part[] },
  isFirst: boolean,
): Stage {
  const model = isAbsent(members.model) && isFirst ? file.model : members.model
  if (isAbsent(model) && isFirst) throw problemAt(model, "a model is missing")
  const tuples = [...(isFirst ? file.tuples : []), ...itemsOf(members.tuples)]
  return {
    model: isAbsent(model) ? undefined : readModel(model),
    tuples: tuples.map(readTuple),
    assertions: [
      ...itemsOf(members.checkAssertions).map(readCheck),
      ...itemsOf(members.listObjectsAssertions).map(readListObjects),
      ...itemsOf(members.listUsersAssertions).map(readListUsers),
    ],
  }
}

function readModel(part: Part): AuthorizationModel {
  try {
    return parseModel(textOf(part), part.file)
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    const { line, reason } = error.details
    const before = lineBeforeText(part)
    const found = typeof line === "number" && before !== undefined ? before + line : part.line
    throw new FileProblem(part.file, found, `the model: ${String(reason ?? error.publicMessage)}`)
  }
}

function readTuple(part: Part): RelationshipTuple {
  const members = knownMembers(part, ["user", "relation", "object", "condition"])
  const key = {
    user: textOf(members.user),
    relation: textOf(members.relation),
    object: textOf(members.object),
  }
  if (isAbsent(members.condition)) return key
  const condition = knownMembers(members.condition, ["name", "context"])
  const [name, context] = [textOf(condition.name), recordOf(condition.context)]
  return { ...key, condition: context === undefined ? { name } : { name, context } }
}

const common = ["name", "contextualTuples", "context", "expectation", "errorCode"] as const

function readCommon(part: Part, members: Members<(typeof common)[number]>) {
  return {
    line: part.line,
    contextualTuples: itemsOf(members.contextualTuples).map(readTuple),
    context: recordOf(members.context),
  }
}

/** No error code, or 0, is no error; no expectation is false or the empty list, as for OpenFGA's reader. */
function readExpectation<Answer>(
  members: Members<(typeof common)[number]>,
  read: (part: Part) => Answer,
): Expectation<Answer> {
  if (isAbsent(members.errorCode) || dataOf(members.errorCode) === 0)
    return { answer: read(members.expectation) }
  const errorCode = expectedNumber(Number(dataOf(members.errorCode)))
  if (errorCode === undefined) throw problemAt(members.errorCode, "OpenFGA has no such error code")
  return { errorCode }
}

function readAllowed(part: Part): boolean {
  const value = isAbsent(part) ? false : dataOf(part)
  if (typeof value !== "boolean") throw problemAt(part, "true or false is expected")
  return value
}

function readNames(part: Part): string[] {
  return itemsOf(part).map(textOf)
}

function readCheck(part: Part): Assertion {
  const members = knownMembers(part, [...common, "tuple"])
  const { user, relation, object } = readTuple(members.tuple)
  const expected = readExpectation(members, readAllowed)
  return { kind: "check", user, relation, object, expected, ...readCommon(part, members) }
}

function readListObjects(part: Part): Assertion {
  const members = knownMembers(part, [...common, "request"])
  const request = knownMembers(members.request, ["user", "type", "relation"])
  return {
    kind: "list_objects",
    user: textOf(request.user),
    type: textOf(request.type),
    relation: textOf(request.relation),
    expected: readExpectation(members, readNames),
    ...readCommon(part, members),
  }
}

function readListUsers(part: Part): Assertion {
  const members = knownMembers(part, [...common, "request"])
  // One of OpenFGA's own cases has its expectation a level too deep, where OpenFGA's reader does not see it; it is the empty list.
  const request = knownMembers(members.request, ["filters", "object", "relation", "expectation"])
  if (itemsOf(request.expectation).length > 0)
    throw problemAt(request.expectation, "an expectation stands inside its request")
  return {
    kind: "list_users",
    object: textOf(request.object),
    relation: textOf(request.relation),
    filters: itemsOf(request.filters).map(readFilter),
    expected: readExpectation(members, readNames),
    ...readCommon(part, members),
  }
}

function readFilter(part: Part): UserFilter {
  const [type = "", relation] = textOf(part).split("#")
  return { type, relation: relation === "" ? undefined : relation }
}
