import { GatehouseError } from "@gatehouse/kernel"
import { createEvaluator } from "../create-evaluator.ts"
import type { Evaluator } from "../evaluator.ts"
import { compileModel } from "../model/compiled-model.ts"
import type { ListObjectsAnswer, ListObjectsQuery } from "../queries.ts"
import { createTupleStore } from "../store/tuple-store.ts"
import { createNaiveEvaluator, type NaiveVerdict } from "./naive-evaluator.ts"
import { type RandomCase, type RandomQuestion, randomConditions } from "./random-case.ts"

/** Where the fast evaluator and the definitions differ. */
export interface Disagreement {
  readonly kind: "check" | "list_objects" | "list_users"
  readonly question: RandomQuestion & Readonly<Record<string, unknown>>
  readonly expected: unknown
  readonly got: unknown
}

type Outcome<Answer> = { readonly answer: Answer } | { readonly error: string }

function outcomeOf<Answer>(ask: () => Answer): Outcome<Answer> {
  try {
    return { answer: ask() }
  } catch (error) {
    if (error instanceof GatehouseError) return { error: error.code }
    throw error
  }
}

const failures: ReadonlySet<string> = new Set(["rebac.condition_failed", "rebac.resolution_too_complex"])

/** Asks every question of a case both ways, of one evaluator one after the other, and returns where the answers differ. */
export function compareEvaluators({ model, tuples, questions }: RandomCase): Disagreement[] {
  const store = createTupleStore()
  store.write({ writes: tuples })
  const fast = createEvaluator(compileModel(model), store)
  const naive = createNaiveEvaluator(model, tuples, randomConditions)
  const found: Disagreement[] = []
  for (const question of questions) {
    const verdict = naive.check(question)
    const checked = outcomeOf(() => fast.check(question).allowed)
    if (!agrees(verdict, checked))
      found.push({ kind: "check", question: { ...question }, expected: verdict, got: checked })
    const type = question.object.slice(0, question.object.indexOf(":"))
    const objects = outcomeOf(() => fast.listObjects({ ...question, type }))
    const expectedObjects = naive.listObjects({ ...question, type })
    if (!listAgrees(expectedObjects, objects, "objects", naive.hasErrors(question)))
      found.push({
        kind: "list_objects",
        question: { ...question, type },
        expected: [...expectedObjects],
        got: objects,
      })
    const inParts = outcomeOf(() => listInParts(fast, { ...question, type }))
    if (!sameList(objects, inParts))
      found.push({
        kind: "list_objects",
        question: { ...question, type, limit: 1 },
        expected: objects,
        got: inParts,
      })
    const filter = filterOf(question.user)
    const users = outcomeOf(() => fast.listUsers({ ...question, filter }))
    const expectedUsers = naive.listUsers({ ...question, filter })
    if (!listAgrees(expectedUsers, users, "users", naive.hasErrors(question)))
      found.push({
        kind: "list_users",
        question: { ...question, filter },
        expected: [...expectedUsers],
        got: users,
      })
  }
  return found
}

/** The whole list, an object at a time. */
function listInParts(evaluator: Evaluator, query: ListObjectsQuery): ListObjectsAnswer {
  let part = evaluator.listObjects({ ...query, limit: 1 })
  const objects = [...part.objects]
  while (part.cursor !== undefined) {
    part = part.cursor.next()
    objects.push(...part.objects)
  }
  return { objects, complete: part.complete }
}

function sameList(one: Outcome<ListObjectsAnswer>, other: Outcome<ListObjectsAnswer>): boolean {
  if ("error" in one || "error" in other)
    return "error" in one && "error" in other && one.error === other.error
  return JSON.stringify(one.answer.objects.toSorted()) === JSON.stringify(other.answer.objects.toSorted())
}

function filterOf(user: string): { type: string; relation?: string } {
  const [object = "", relation] = user.split("#")
  const type = object.slice(0, object.indexOf(":"))
  return relation === undefined ? { type } : { type, relation }
}

function agrees(verdict: NaiveVerdict, outcome: Outcome<boolean>): boolean {
  if (verdict === "error") return "error" in outcome && failures.has(outcome.error)
  return "answer" in outcome && outcome.answer === (verdict === "true")
}

/** A list holds what is true and nothing else; it may end in an error only where a condition cannot be evaluated. */
function listAgrees<Key extends string>(
  expected: ReadonlyMap<string, NaiveVerdict>,
  outcome: Outcome<Readonly<Record<Key, readonly string[]>> & { readonly complete: boolean }>,
  key: Key,
  mayFail: boolean,
): boolean {
  if ("error" in outcome) return failures.has(outcome.error) && mayFail
  const allowed = [...expected].flatMap(([name, verdict]) => (verdict === "true" ? [name] : []))
  return (
    outcome.answer.complete &&
    JSON.stringify([...outcome.answer[key]].sort()) === JSON.stringify(allowed.sort())
  )
}
