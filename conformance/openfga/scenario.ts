import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"

/** What an assertion expects: an answer, or the number of OpenFGA's error code. */
export type Expectation<Answer> = { readonly answer: Answer } | { readonly errorCode: number }

interface AssertionContext {
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Readonly<Record<string, unknown>> | undefined
}

export interface CheckAssertion extends AssertionContext {
  readonly kind: "check"
  readonly user: string
  readonly relation: string
  readonly object: string
  readonly expected: Expectation<boolean>
}

export interface ListObjectsAssertion extends AssertionContext {
  readonly kind: "list_objects"
  readonly user: string
  readonly relation: string
  readonly type: string
  readonly expected: Expectation<readonly string[]>
}

export interface ListUsersAssertion extends AssertionContext {
  readonly kind: "list_users"
  readonly object: string
  readonly relation: string
  readonly filter: { readonly type: string; readonly relation: string | undefined }
  readonly expected: Expectation<readonly string[]>
}

export type Assertion = CheckAssertion | ListObjectsAssertion | ListUsersAssertion

/** One model (undefined: the one before stays), tuples added to those before, and what must then hold. */
export interface Stage {
  readonly model: AuthorizationModel | undefined
  readonly tuples: readonly RelationshipTuple[]
  readonly assertions: readonly Assertion[]
}

/** A store's life: its stages follow each other in one store. */
export interface Scenario {
  readonly file: string
  readonly name: string
  readonly stages: readonly Stage[]
  /** Whether the tuples may instead be sent with each question: OpenFGA's own runner does so for its consolidated files. */
  readonly repeatWithContextualTuples: boolean
}
