import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"

/** What a store file holds: OpenFGA's store-test format, with the files that it names read. */
export interface StoreFile {
  readonly file: string
  readonly name: string | undefined
  readonly model: AuthorizationModel
  /** The tuples of every test: `tuples`, then `tuple_file`, then `tuple_files`. No key is there twice. */
  readonly tuples: readonly RelationshipTuple[]
  readonly tests: readonly StoreTest[]
}

/** One test: tuples beside the store's, and what must then hold. */
export interface StoreTest {
  /** `test 3` where the file gives no name. */
  readonly name: string
  readonly description: string | undefined
  /** The test's own; none of their keys is the store's. */
  readonly tuples: readonly RelationshipTuple[]
  /** Checks, then lists of objects, then lists of users, each in the file's order. */
  readonly assertions: readonly StoreAssertion[]
}

/** What every assertion has: the relation that it is about, and values for conditions. */
export interface StoreQuestion {
  readonly relation: string
  readonly context: Readonly<Record<string, unknown>> | undefined
}

/** A check, with `users` and `objects` multiplied out. */
export interface StoreCheck extends StoreQuestion {
  readonly kind: "check"
  readonly user: string
  readonly object: string
  readonly expected: boolean
}

/** A list of objects. What is expected is in no order. */
export interface StoreListObjects extends StoreQuestion {
  readonly kind: "list_objects"
  readonly user: string
  readonly type: string
  readonly expected: readonly string[]
}

/** A list of users. What is expected is in no order. */
export interface StoreListUsers extends StoreQuestion {
  readonly kind: "list_users"
  readonly object: string
  readonly filter: { readonly type: string; readonly relation: string | undefined }
  readonly expected: readonly string[]
}

/** One thing that must hold. */
export type StoreAssertion = StoreCheck | StoreListObjects | StoreListUsers
