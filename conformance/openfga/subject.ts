import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"
import type { BatchItem, CheckAssertion, ListObjectsAssertion, ListUsersAssertion } from "./scenario.ts"

/**
 * An answer, or the number of OpenFGA's error code that was given instead; `undefined` for a refusal whose code the wire does
 * not carry, as in the streamed list.
 */
export type Outcome<Answer> = { readonly answer: Answer } | { readonly errorCode: number | undefined }

export type CheckQuestion = Omit<CheckAssertion, "kind" | "expected" | "line">
export type ListObjectsQuestion = Omit<ListObjectsAssertion, "kind" | "expected" | "line">
export type ListUsersQuestion = Omit<ListUsersAssertion, "kind" | "expected" | "line">

/** One store of whatever is put to the test. What is no answer and no refusal of the question throws. */
export interface SubjectStore {
  writeModel(model: AuthorizationModel): Promise<void>
  /** At most 40 tuples at a time. */
  writeTuples(tuples: readonly RelationshipTuple[]): Promise<void>
  check(question: CheckQuestion): Promise<Outcome<boolean>>
  /** The outcome of each question by its id, or of the batch where all of it is refused; absent where the subject has no batches. */
  batchCheck?(items: readonly BatchItem[]): Promise<Outcome<ReadonlyMap<string, Outcome<boolean>>>>
  listObjects(question: ListObjectsQuestion): Promise<Outcome<readonly string[]>>
  /** The streamed form of the same; absent where the subject has none. */
  streamObjects?(question: ListObjectsQuestion): Promise<Outcome<readonly string[]>>
  listUsers(question: ListUsersQuestion): Promise<Outcome<readonly string[]>>
  close(): Promise<void>
}

/** What can be put to the test: the evaluator in process, a server's HTTP API, the replica of a server. */
export const subjectNames = ["evaluator", "http", "replica"] as const
export type SubjectName = (typeof subjectNames)[number]

export interface Subject {
  readonly name: SubjectName
  createStore(name: string): Promise<SubjectStore>
}

/** A server on OpenFGA's wire. */
export interface ServerUnderTest {
  readonly url: string
  /** The preshared key, where the server demands one. */
  readonly credential: string | undefined
}
