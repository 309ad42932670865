import { dirname, join } from "node:path"
import type { RelationshipTuple } from "@gatehouse/rebac"
import { describePlace, fileError } from "./file-errors.ts"
import { NAMED_FILES_LIMIT, STORE_ASSERTIONS_LIMIT, YAML_FILE_BYTES_LIMIT } from "./limits.ts"
import { parseYaml } from "./parse-document.ts"
import { given, label, listOf, membersOf, mistakeAt, optional, type Part, partsOf, text } from "./part.ts"
import { placeOf } from "./places.ts"
import { readChecks, readListObjects, readListUsers } from "./read-assertions.ts"
import { readStoreModel } from "./read-model.ts"
import { readText } from "./read-text.ts"
import { readTuple, readTupleFile } from "./read-tuples.ts"
import type { StoreFile, StoreTest } from "./store-file.ts"

const asItIs = (part: Part): Part => part

const tupleMembers = {
  tuples: listOf(readTuple),
  tuple_file: given,
  tuple_files: listOf(text),
}

const storeMembers = membersOf({
  name: optional(label),
  model: given,
  model_file: given,
  ...tupleMembers,
  tests: asItIs,
})

const testMembers = membersOf({
  name: optional(label),
  description: optional(label),
  ...tupleMembers,
  check: asItIs,
  list_objects: asItIs,
  list_users: asItIs,
})

/**
 * A store file (`.fga.yaml`, OpenFGA's store-test format) with its model, tuples and tests; files that it names are sought from its own
 * folder. Forms are looked at, and that no tuple is there twice; the model's rules are not (`compileModel` or `checkModel` do). Throws
 * the `openfga.file_` errors, each at its line.
 */
export function readStoreFile(file: string): StoreFile {
  const part = parseYaml(file, readText(file, YAML_FILE_BYTES_LIMIT))
  const members = storeMembers(part)
  const tuples = gatherTuples(part, members)
  const keys = new Map<string, RelationshipTuple>()
  refuseRepeated(tuples, keys)
  const tests = partsOf(members.tests).map((test, index) => readTest(test, index, keys))
  const assertions = tests.reduce((sum, test) => sum + test.assertions.length, 0)
  if (assertions > STORE_ASSERTIONS_LIMIT)
    throw mistakeAt(part, `more than ${STORE_ASSERTIONS_LIMIT} questions are asked`, ["tests"])
  return { file, name: members.name, model: readStoreModel(part), tuples, tests }
}

function readTest(part: Part, index: number, keys: ReadonlyMap<string, RelationshipTuple>): StoreTest {
  const members = testMembers(part)
  const tuples = gatherTuples(part, members)
  if (tuples.length > 0) refuseRepeated(tuples, new Map(keys))
  return {
    name: members.name ?? `test ${index + 1}`,
    description: members.description,
    tuples,
    assertions: [
      ...partsOf(members.check).flatMap(readChecks),
      ...partsOf(members.list_objects).flatMap(readListObjects),
      ...partsOf(members.list_users).flatMap(readListUsers),
    ],
  }
}

interface TupleMembers {
  readonly tuples: readonly RelationshipTuple[]
  readonly tuple_file: string | undefined
  readonly tuple_files: readonly string[]
}

function gatherTuples(part: Part, { tuples, tuple_file, tuple_files }: TupleMembers): RelationshipTuple[] {
  const files = tuple_file === undefined ? tuple_files : [tuple_file, ...tuple_files]
  if (files.length > NAMED_FILES_LIMIT)
    throw mistakeAt(part, `more than ${NAMED_FILES_LIMIT} files are named`, [...part.path, "tuple_files"])
  const folder = dirname(part.source.file)
  return [...tuples, ...files.flatMap((name) => readTupleFile(join(folder, name)))]
}

/** OpenFGA refuses to write a tuple a second time, so its tool fails on such a file. Throws `openfga.file_tuple_invalid`. */
function refuseRepeated(tuples: readonly RelationshipTuple[], known: Map<string, RelationshipTuple>): void {
  for (const tuple of tuples) {
    const key = JSON.stringify([tuple.object, tuple.relation, tuple.user])
    const first = known.get(key)
    if (first !== undefined) {
      const place = placeOf(first)
      const where = place === undefined ? "" : `: first at ${describePlace(place)}`
      const name = `${tuple.object}#${tuple.relation}@${tuple.user}`
      throw fileError("openfga.file_tuple_invalid", [
        { ...(placeOf(tuple) ?? { file: "" }), reason: `the tuple ${name} is there twice${where}` },
      ])
    }
    known.set(key, tuple)
  }
}
