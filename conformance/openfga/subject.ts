import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"
import type { CheckAssertion, ListObjectsAssertion, ListUsersAssertion } from "./scenario.ts"

/** An answer, or the number of OpenFGA's error code that was given instead. */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly errorCode: number }

export type CheckQuestion = Omit<CheckAssertion, "kind" | "expected">
export type ListObjectsQuestion = Omit<ListObjectsAssertion, "kind" | "expected">
export type ListUsersQuestion = Omit<ListUsersAssertion, "kind" | "expected">

/** One store of whatever is put to the test: the evaluator in process, the engine's HTTP API, the replica. */
export interface SubjectStore {
  writeModel(model: AuthorizationModel): Promise<void>
  /** At most 40 tuples at a time. */
  writeTuples(tuples: readonly RelationshipTuple[]): Promise<void>
  check(question: CheckQuestion): Promise<Outcome<boolean>>
  listObjects(question: ListObjectsQuestion): Promise<Outcome<readonly string[]>>
  /** The streamed form of the same; absent where the subject has none. */
  streamObjects?(question: ListObjectsQuestion): Promise<Outcome<readonly string[]>>
  listUsers(question: ListUsersQuestion): Promise<Outcome<readonly string[]>>
  close(): Promise<void>
}

export interface Subject {
  readonly name: string
  createStore(name: string): Promise<SubjectStore>
}
