import { STORE_ASSERTIONS_LIMIT } from "./limits.ts"
import {
  anyMembers,
  flag,
  given,
  isAbsent,
  listOf,
  membersOf,
  mistakeAt,
  optional,
  type Part,
  type PartReader,
  recordOf,
  text,
} from "./part.ts"
import { notePlace } from "./places.ts"
import type { StoreAssertion, StoreCheck, StoreListObjects, StoreListUsers } from "./store-file.ts"

/** An assertion's value with the part that it stood in, so that a failure can name its line. */
function placed<Value>(
  reader: PartReader<Value>,
): PartReader<{ readonly value: Value; readonly part: Part }> {
  return (part) => ({ value: reader(part), part })
}

/** At least one relation must be asserted: a block without any passes whatever the model says. */
function assertionsOf<Value>(
  reader: PartReader<Value>,
): PartReader<[string, { readonly value: Value; readonly part: Part }][]> {
  const read = recordOf(placed(reader))
  return (part) => {
    const entries = Object.entries(read(part))
    if (entries.length === 0) throw mistakeAt(part, "it asserts nothing")
    return entries
  }
}

const context = optional(anyMembers)

const checkMembers = membersOf({
  user: given,
  users: optional(listOf(text)),
  object: given,
  objects: optional(listOf(text)),
  context,
  assertions: assertionsOf(flag),
})

/** Checks of one block: every user with every object and relation. */
export function readChecks(part: Part): StoreCheck[] {
  const block = checkMembers(part)
  const users = oneOrSeveral(part, "user", block.user, block.users)
  const objects = oneOrSeveral(part, "object", block.object, block.objects)
  if (users.length * objects.length * block.assertions.length > STORE_ASSERTIONS_LIMIT)
    throw mistakeAt(part, `more than ${STORE_ASSERTIONS_LIMIT} questions are asked`)
  return users.flatMap((user) =>
    objects.flatMap((object) =>
      block.assertions.map(([relation, { value, part: place }]) =>
        noted({ kind: "check", user, relation, object, context: block.context, expected: value }, place),
      ),
    ),
  )
}

function oneOrSeveral(
  part: Part,
  name: string,
  one: string | undefined,
  several: readonly string[] | undefined,
): readonly string[] {
  if (one !== undefined && several !== undefined && several.length > 0)
    throw mistakeAt(part, `${name} and ${name}s exclude each other`)
  const names = one === undefined ? (several ?? []) : [one]
  if (names.length === 0) throw mistakeAt(part, `${name} or ${name}s is missing`)
  return names
}

/** A list of names; one that is absent is empty. */
const names = listOf(text)

const listObjectsMembers = membersOf({ user: text, type: text, context, assertions: assertionsOf(names) })

/** Lists of objects of one block, one for each relation. */
export function readListObjects(part: Part): StoreListObjects[] {
  const { user, type, context: values, assertions } = listObjectsMembers(part)
  return assertions.map(([relation, { value, part: place }]) =>
    noted({ kind: "list_objects", user, relation, type, context: values, expected: value }, place),
  )
}

const expectedUsers = membersOf({ users: names })
const listUsersMembers = membersOf({
  object: text,
  user_filter: listOf(membersOf({ type: text, relation: optional(text) })),
  context,
  assertions: assertionsOf((part) => (isAbsent(part) ? [] : expectedUsers(part).users)),
})

/**
 * Lists of users of one block, one for each relation. OpenFGA lists users of one kind: of several filters, which its documentation
 * shows, the first one counts, as for its own tool.
 */
export function readListUsers(part: Part): StoreListUsers[] {
  const { object, user_filter, context: values, assertions } = listUsersMembers(part)
  const [filter] = user_filter
  if (filter === undefined) throw mistakeAt(part, "one is expected", [...part.path, "user_filter"])
  return assertions.map(([relation, { value, part: place }]) =>
    noted({ kind: "list_users", object, relation, filter, context: values, expected: value }, place),
  )
}

function noted<Assertion extends StoreAssertion>(assertion: Assertion, part: Part): Assertion {
  notePlace(assertion, part)
  return assertion
}
