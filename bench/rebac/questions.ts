import type { CheckQuery, Evaluator, RelationshipTuple } from "@gatehouse/rebac"
import type { Organization, Random } from "./population.ts"

const pick = <Item>(items: readonly Item[], random: Random): Item => items[random(items.length)] as Item

/** A copy whose strings share nothing with the store's, as a request's never do. */
function fresh<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value))
}

function candidate(organizations: readonly Organization[], random: Random, hotShare: number): CheckQuery {
  const organization = pick(organizations, random)
  const resources =
    hotShare > 0 && random(100) < hotShare ? organization.resources.slice(0, 5) : organization.resources
  const onProject = random(4) === 0
  return {
    user: pick(organization.users, random),
    relation: random(2) === 0 ? "can_read" : "can_write",
    object: onProject ? pick(organization.projects, random) : pick(resources, random),
  }
}

/** Eight groups of a token: none of them decides, as most of a user's groups decide nothing. */
function withContextualGroups(query: CheckQuery, random: Random): CheckQuery {
  const organization = query.user.slice("user:".length, query.user.indexOf("/"))
  const contextualTuples: RelationshipTuple[] = Array.from({ length: 8 }, (_, index) => ({
    user: query.user,
    relation: "member",
    object: `group:${organization}/teams/team-${index}/${random(1e9).toString(16)}-4f1c-8d2e-0123456789ab`,
  }))
  return { ...query, contextualTuples }
}

/** Tuples on the shortest way from the object to the user: three levels of groups are at least four. */
function isDeep(evaluator: Evaluator, query: CheckQuery): boolean {
  const { path = [] } = evaluator.explain(query)
  return path.filter((step) => step.kind === "tuple" && step.tuple.relation === "member").length >= 3
}

/**
 * Questions as issue 4 mixes them: pairs of one organization, half denied, a third allowed through three levels of groups, and eight
 * contextual groups in half of them. `hotShare` per cent of them are about one in a hundred of the resources.
 */
export function makeQuestions(
  evaluator: Evaluator,
  organizations: readonly Organization[],
  count: number,
  random: Random,
  hotShare = 0,
): CheckQuery[] {
  const wanted = { denied: Math.floor(count / 2), deep: Math.floor(count / 3), shallow: 0 }
  wanted.shallow = count - wanted.denied - wanted.deep
  const questions: CheckQuery[] = []
  while (questions.length < count) {
    const query = candidate(organizations, random, hotShare)
    const kind = kindOf(evaluator, query, wanted)
    if (wanted[kind] === 0) continue
    wanted[kind]--
    questions.push(fresh(random(2) === 0 ? withContextualGroups(query, random) : query))
  }
  for (let index = questions.length - 1; index > 0; index--) {
    const other = random(index + 1)
    const moved = questions[index] as CheckQuery
    questions[index] = questions[other] as CheckQuery
    questions[other] = moved
  }
  return questions
}

function kindOf(
  evaluator: Evaluator,
  query: CheckQuery,
  wanted: { readonly deep: number; readonly shallow: number },
): "denied" | "deep" | "shallow" {
  if (!evaluator.check(query).allowed) return "denied"
  if (wanted.deep === 0) return "shallow"
  return isDeep(evaluator, query) ? "deep" : "shallow"
}
