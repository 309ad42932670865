import { GatehouseError } from "@gatehouse/kernel"
import { placeOf, readStoreFile, type StoreAssertion } from "@gatehouse/openfga/files"
import type { Assertion, BrokenCase, Scenario } from "./scenario.ts"

/** Reads OpenFGA's store-test format (`.fga.yaml`): one model, tuples, and tests that each may add tuples. */
export function readStoreTests(file: string): (Scenario | BrokenCase)[] {
  try {
    const { model, tuples, tests } = readStoreFile(file)
    return tests.map((test) => ({
      file,
      line: placeOf(test)?.line ?? lineOfFirst(test.assertions),
      name: test.name,
      stages: [{ model, tuples: [...tuples, ...test.tuples], assertions: test.assertions.map(asAssertion) }],
      repeatWithContextualTuples: false,
    }))
  } catch (error) {
    if (!(error instanceof GatehouseError)) throw error
    const { line, reason, file: place } = error.details
    const problem = String(reason ?? error.publicMessage)
    return [
      {
        file,
        line: typeof line === "number" && place === file ? line : undefined,
        name: "the file",
        problem: place === file || place === undefined ? problem : error.publicMessage,
      },
    ]
  }
}

function lineOfFirst([first]: readonly StoreAssertion[]): number | undefined {
  return first === undefined ? undefined : placeOf(first)?.line
}

function asAssertion(assertion: StoreAssertion): Assertion {
  const common = {
    line: placeOf(assertion)?.line,
    contextualTuples: [],
    context: assertion.context,
    relation: assertion.relation,
  }
  switch (assertion.kind) {
    case "check": {
      const { kind, user, object, expected } = assertion
      return { kind, user, object, expected: { answer: expected }, ...common }
    }
    case "list_objects": {
      const { kind, user, type, expected } = assertion
      return { kind, user, type, expected: { answer: expected }, ...common }
    }
    case "list_users": {
      const { kind, object, filter, expected } = assertion
      return { kind, object, filters: [filter], expected: { answer: expected }, ...common }
    }
  }
}
