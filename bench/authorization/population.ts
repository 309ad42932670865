import {
  type CheckQuery,
  compileModel,
  createEvaluator,
  createTupleStore,
  type Evaluator,
  type ListObjectsQuery,
  type RelationshipTuple,
} from "@gatehouse/rebac"
import { benchModel, createRandom, makeOrganization, type Organization } from "../rebac/population.ts"
import { makeQuestions } from "../rebac/questions.ts"

/** What every server holds, and what it is asked. */
export interface Population {
  readonly tuples: readonly RelationshipTuple[]
  /** In the mix of bench/rebac. */
  readonly checks: readonly CheckQuery[]
  /** Each with about 200 results. */
  readonly lists: readonly ListObjectsQuery[]
  /** What the answers are to be. */
  readonly evaluator: Evaluator
}

/** More than OpenFGA's caches hold (10,000 entries by default), so that they show what they give for questions that vary. */
const CHECKS = 12_000
const LISTS = 400
/** Results of a list. */
const RESULTS = { from: 150, to: 250 }

/** Whole organizations as bench/rebac makes them, the last one cut so that there are exactly so many tuples. */
export function makePopulation(size: number): Population {
  const random = createRandom(11)
  const organizations: Organization[] = []
  const tuples: RelationshipTuple[] = []
  while (tuples.length < size) {
    const made = makeOrganization(`organization-${organizations.length}`, random)
    organizations.push(made.organization)
    tuples.push(...made.tuples)
  }
  tuples.length = size
  const store = createTupleStore()
  store.write({ writes: tuples })
  const evaluator = createEvaluator(compileModel(benchModel), store)
  return {
    tuples,
    evaluator,
    checks: makeQuestions(evaluator, organizations, CHECKS, random),
    lists: makeLists(evaluator, organizations),
  }
}

function makeLists(evaluator: Evaluator, organizations: readonly Organization[]): ListObjectsQuery[] {
  const lists: ListObjectsQuery[] = []
  for (const { users } of organizations)
    for (const user of users) {
      if (lists.length >= LISTS) return lists
      const query = { user, relation: "can_operate", type: "sbom" }
      const { length } = evaluator.listObjects(query).objects
      if (length >= RESULTS.from && length <= RESULTS.to) lists.push(query)
    }
  if (lists.length === 0) throw new Error("no user has about 200 resources: take more tuples")
  return lists
}
