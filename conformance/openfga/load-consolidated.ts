import { GatehouseError } from "@gatehouse/kernel"
import { parseModel } from "@gatehouse/openfga/files"
import type { AuthorizationModel } from "@gatehouse/rebac"
import { assertionReaders, readTuple } from "./read-assertions.ts"
import {
  allMembers,
  FileProblem,
  isAbsent,
  itemsOf,
  knownMembers,
  lineBeforeText,
  type Part,
  problemAt,
  textOf,
} from "./read-yaml.ts"
import type { BrokenCase, Scenario, Stage } from "./scenario.ts"

const assertionMembers = [
  "checkAssertions",
  "listObjectsAssertions",
  "listUsersAssertions",
  "assertions",
] as const
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
    assertions: assertionMembers.flatMap((name) => itemsOf(members[name]).map(assertionReaders[name])),
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
