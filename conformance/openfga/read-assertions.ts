import type { RelationshipTuple, TupleKey } from "@gatehouse/rebac"
import { expectedNumber } from "./error-codes.ts"
import {
  allMembers,
  dataOf,
  isAbsent,
  itemsOf,
  knownMembers,
  type Part,
  problemAt,
  recordOf,
  textOf,
} from "./read-yaml.ts"
import type { Assertion, BatchAssertion, BatchItem, Expectation, UserFilter } from "./scenario.ts"

type Members<Name extends string> = Readonly<Record<Name, Part>>

/** The lists of assertions that a stage may hold, with the reader of each. */
export const assertionReaders = {
  checkAssertions: readCheck,
  listObjectsAssertions: readListObjects,
  listUsersAssertions: readListUsers,
  /** Of any kind, told by what they ask: files of one kind alone call their list so. */
  assertions: readAny,
} as const satisfies Readonly<Record<string, (part: Part) => Assertion>>

function readAny(part: Part): Assertion {
  const members = new Map([...allMembers(part)].map(([name, member]) => [name.toLowerCase(), member]))
  if (members.has("tuple")) return readCheck(part)
  const request = members.get("request")
  if (request === undefined) throw problemAt(part, "a tuple or a request is missing")
  const asked = new Set([...allMembers(request).keys()].map((name) => name.toLowerCase()))
  if (asked.has("checks")) return readBatch(part)
  return asked.has("filters") ? readListUsers(part) : readListObjects(part)
}

function readBatch(part: Part): BatchAssertion {
  const members = knownMembers(part, ["name", "request", "expectation"])
  const request = knownMembers(members.request, ["checks"])
  const expected = itemsOf(members.expectation)
  if (expected.length === 0) throw problemAt(members.expectation, "it asserts nothing")
  return {
    kind: "batch_check",
    line: part.line,
    items: itemsOf(request.checks).map(readBatchItem),
    expected: new Map(expected.map(readBatchExpectation)),
  }
}

function readBatchItem(part: Part): BatchItem {
  const members = knownMembers(part, ["correlationID", "tupleKey", "contextualTuples", "context"])
  return {
    id: textOf(members.correlationID),
    ...readKey(members.tupleKey),
    contextualTuples: itemsOf(members.contextualTuples).map(readTuple),
    context: recordOf(members.context),
  }
}

function readBatchExpectation(part: Part): [string, Expectation<boolean>] {
  const members = knownMembers(part, ["correlationID", "allowed", "inputError", "internalError"])
  const id = textOf(members.correlationID)
  const code = [members.inputError, members.internalError].find(
    (each) => !isAbsent(each) && dataOf(each) !== 0,
  )
  return [id, code === undefined ? { answer: readAllowed(members.allowed) } : { errorCode: readCode(code) }]
}

const tupleMembers = ["user", "relation", "object", "condition"] as const

/** What a check asks about. What is absent is asked for as the empty text, as by OpenFGA's runner: a file may expect the error. */
function readKey(part: Part): TupleKey {
  const { user, relation, object } = knownMembers(part, tupleMembers)
  return { user: askedText(user), relation: askedText(relation), object: askedText(object) }
}

function askedText(part: Part): string {
  return isAbsent(part) ? "" : textOf(part)
}

/** Reads a tuple with its condition. */
export function readTuple(part: Part): RelationshipTuple {
  const members = knownMembers(part, tupleMembers)
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
  return { errorCode: readCode(members.errorCode) }
}

function readCode(part: Part): number {
  const errorCode = expectedNumber(Number(dataOf(part)))
  if (errorCode === undefined) throw problemAt(part, "OpenFGA has no such error code")
  return errorCode
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
  const expected = readExpectation(members, readAllowed)
  return { kind: "check", ...readKey(members.tuple), expected, ...readCommon(part, members) }
}

function readListObjects(part: Part): Assertion {
  const members = knownMembers(part, [...common, "request"])
  const request = knownMembers(members.request, ["user", "type", "relation"])
  return {
    kind: "list_objects",
    user: askedText(request.user),
    type: askedText(request.type),
    relation: askedText(request.relation),
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
    object: askedText(request.object),
    relation: askedText(request.relation),
    filters: itemsOf(request.filters).map(readFilter),
    expected: readExpectation(members, readNames),
    ...readCommon(part, members),
  }
}

function readFilter(part: Part): UserFilter {
  const [type = "", relation] = textOf(part).split("#")
  return { type, relation: relation === "" ? undefined : relation }
}
