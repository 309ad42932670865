import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"

/** What an assertion expects: an answer, or the number of OpenFGA's error code. */
export type Expectation<Answer> = { readonly answer: Answer } | { readonly errorCode: number }

/** Users of which kind a list is asked for: of a type, or the usersets of a relation of it. */
export interface UserFilter {
  readonly type: string
  readonly relation: string | undefined
}

interface AssertionContext {
  /** Where the file says it, counted from 1. */
  readonly line: number | undefined
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
  /** OpenFGA refuses all but exactly one; a file may expect that. */
  readonly filters: readonly UserFilter[]
  readonly expected: Expectation<readonly string[]>
}

/** One question of a batch. */
export interface BatchItem {
  readonly id: string
  readonly user: string
  readonly relation: string
  readonly object: string
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Readonly<Record<string, unknown>> | undefined
}

/** Questions that are asked in one request. One that fails is not allowed; the file may expect its error. */
export interface BatchAssertion {
  readonly kind: "batch_check"
  readonly line: number | undefined
  readonly items: readonly BatchItem[]
  /** By the item's id. */
  readonly expected: ReadonlyMap<string, Expectation<boolean>>
}

export type Assertion = CheckAssertion | ListObjectsAssertion | ListUsersAssertion | BatchAssertion

/** One model (undefined: the one before stays), tuples added to those before, and what must then hold. */
export interface Stage {
  readonly model: AuthorizationModel | undefined
  readonly tuples: readonly RelationshipTuple[]
  readonly assertions: readonly Assertion[]
}

/** A store's life: its stages follow each other in one store. */
export interface Scenario {
  readonly file: string
  readonly line: number | undefined
  readonly name: string
  readonly stages: readonly Stage[]
  /** Whether the tuples may instead be sent with each question: OpenFGA's own runner does so for its own format. */
  readonly repeatWithContextualTuples: boolean
}

/** A test that cannot be run because its file is wrong there. It fails. */
export interface BrokenCase {
  readonly file: string
  readonly line: number | undefined
  readonly name: string
  readonly problem: string
}

/** Everything that a directory holds. */
export interface LoadedCases {
  readonly scenarios: readonly Scenario[]
  readonly broken: readonly BrokenCase[]
  /** YAML files in which there is no test: tuples of a store file, settings of other programs. */
  readonly leftOut: readonly string[]
}
