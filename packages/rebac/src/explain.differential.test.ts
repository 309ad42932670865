import fc from "fast-check"
import { expect, test } from "vitest"
import type { AuthorizationModel, RelationReference } from "./authorization-model.ts"
import { createEvaluator } from "./create-evaluator.ts"
import type { Evaluator } from "./evaluator.ts"
import { type CompiledModel, compileModel } from "./model/compiled-model.ts"
import { validateTuple } from "./model/validate-tuple.ts"
import type { RelationshipTuple } from "./relationship-tuple.ts"
import { createTupleStore } from "./store/tuple-store.ts"
import { type RandomCase, type RandomQuestion, randomCase } from "./testing/random-case.ts"

const CASES = 100
const SEED = 20_261_122

interface Change {
  readonly add: readonly RelationshipTuple[]
  readonly remove: readonly RelationshipTuple[]
}

const keyOf = ({ object, relation, user }: RelationshipTuple) => JSON.stringify([object, relation, user])
const objectOf = (user: string) => user.split("#")[0] ?? ""

function allows(evaluator: Evaluator, question: RandomQuestion): boolean {
  try {
    return evaluator.check(question).allowed
  } catch {
    return false
  }
}

/** Every tuple over the given objects that the model allows. */
function possibleTuples(model: AuthorizationModel, compiled: CompiledModel, objects: readonly string[]) {
  const of = (type: string) => objects.filter((object) => object.startsWith(`${type}:`))
  const usersOf = ({ type, wildcard, relation }: RelationReference) =>
    wildcard ? [`${type}:*`] : of(type).map((object) => (relation ? `${object}#${relation}` : object))
  return model.type_definitions
    .flatMap(({ type, metadata }) =>
      Object.entries(metadata?.relations ?? {}).flatMap(([relation, { directly_related_user_types }]) =>
        (directly_related_user_types ?? []).flatMap((reference) =>
          of(type).flatMap((object) =>
            usersOf(reference).map((user): RelationshipTuple => {
              const key = { object, relation, user }
              return reference.condition === undefined
                ? key
                : { ...key, condition: { name: reference.condition } }
            }),
          ),
        ),
      ),
    )
    .filter((tuple) => validateTuple(compiled, tuple) === undefined)
}

/** Whether a tuple makes an object its own parent or member, over others or not: such changes are never suggested. */
function closesRing(tuple: RelationshipTuple, tuples: readonly RelationshipTuple[]): boolean {
  const reached = new Set([objectOf(tuple.user)])
  for (const one of reached)
    for (const { object, user } of tuples) if (object === one) reached.add(objectOf(user))
  return reached.has(tuple.object)
}

/** Every change of one tuple over the objects that the case names, and one of each type that it does not. */
function changesOfOne({ model, tuples }: RandomCase, compiled: CompiledModel, question: RandomQuestion) {
  const contextual = question.contextualTuples ?? []
  const all = [...tuples, ...contextual]
  const named = [...all, question].flatMap(({ object, user }) => [object, objectOf(user)])
  const objects = [...new Set([...named, ...model.type_definitions.map(({ type }) => `${type}:new`)])]
  const known = new Set(all.map(keyOf))
  const hidden = new Set(contextual.map(keyOf))
  const changes: Change[] = possibleTuples(
    model,
    compiled,
    objects.filter((object) => !object.endsWith(":*")),
  )
    .filter((tuple) => !known.has(keyOf(tuple)) && !closesRing(tuple, all))
    .map((tuple) => ({ add: [tuple], remove: [] }))
  for (const tuple of tuples) if (!hidden.has(keyOf(tuple))) changes.push({ add: [], remove: [tuple] })
  return changes
}

function examine(one: RandomCase, question: RandomQuestion, compiled: CompiledModel): void {
  const store = createTupleStore()
  store.write({ writes: one.tuples })
  const evaluator = createEvaluator(compiled, store)
  const allowsAfter = ({ add, remove }: Change) => {
    store.write({ writes: add, deletes: remove })
    const allowed = allows(evaluator, question)
    store.write({ writes: remove, deletes: add })
    return allowed
  }
  const explanation = evaluator.explain({ ...question, suggestions: 1_000 })
  expect(explanation.allowed).toBe(allows(evaluator, question))
  if (explanation.allowed) {
    expect(explanation.path).not.toEqual([])
    return
  }
  for (const suggestion of explanation.suggestions) {
    expect(allowsAfter(suggestion)).toBe(true)
    expect(suggestion.reach).toBeGreaterThan(0)
  }
  const [first] = explanation.suggestions
  if (explanation.complete && first?.add.length !== 1 && first?.remove.length !== 1)
    expect(changesOfOne(one, compiled, question).filter(allowsAfter)).toEqual([])
}

test("explanations agree with checks, what they suggest does allow, and no single tuple does where they suggest more", () => {
  fc.assert(
    fc.property(randomCase, (one) => {
      const compiled = compileModel(one.model)
      for (const question of one.questions) examine(one, question, compiled)
    }),
    { numRuns: CASES, seed: SEED },
  )
}, 120_000)
