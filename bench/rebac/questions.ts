import type { CheckQuery, Evaluator, RelationshipTuple } from "@gatehouse/rebac"
import type { Organization, Random } from "./population.ts"

const pick = <Item>(items: readonly Item[], random: Random): Item => items[random(items.length)] as Item

/** A copy whose strings share nothing with the store's, as a request's never do. */
function fresh<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value))
}

function candidate(organization: Organization, random: Random): CheckQuery {
  const onProject = random(4) === 0
  return {
    user: pick(organization.users, random),
    relation: random(2) === 0 ? "can_read" : "can_write",
    object: pick(onProject ? organization.projects : organization.resources, random),
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

const granting: Readonly<Record<string, readonly string[]>> = {
  can_read: ["owner", "developer", "operator", "viewer"],
  can_write: ["owner", "developer"],
}

/** Groups on the shortest way from the project's bindings to the user: 0 for a binding of its own. */
function levelsTo(organization: Organization, { user, relation, object }: CheckQuery): number {
  const project = organization.projectOf.get(object) ?? object
  const bound = (organization.bindings.get(project) ?? []).filter((one) =>
    granting[relation]?.includes(one.relation),
  )
  const own = organization.levels.get(user)
  return Math.min(
    ...bound.map(({ subject }) => (subject === user ? 0 : (own?.get(subject) ?? Number.POSITIVE_INFINITY))),
  )
}

/**
 * Questions as issue 4 mixes them: pairs of one organization, half denied, a third allowed through three levels of groups, and eight
 * contextual groups in half of them.
 */
export function makeQuestions(
  evaluator: Evaluator,
  organizations: readonly Organization[],
  count: number,
  random: Random,
): CheckQuery[] {
  const wanted = { denied: Math.floor(count / 2), deep: Math.floor(count / 3), shallow: 0 }
  wanted.shallow = count - wanted.denied - wanted.deep
  const questions: CheckQuery[] = []
  while (questions.length < count) {
    const organization = pick(organizations, random)
    const query = candidate(organization, random)
    const kind = evaluator.check(query).allowed
      ? levelsTo(organization, query) === 3
        ? "deep"
        : "shallow"
      : "denied"
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

/** The same, nine in ten of them about one organization in a hundred. */
export function makeHotQuestions(
  evaluator: Evaluator,
  organizations: readonly Organization[],
  count: number,
  random: Random,
): CheckQuery[] {
  const hot = organizations.slice(0, Math.ceil(organizations.length / 100))
  const questions = [
    ...makeQuestions(evaluator, hot, Math.floor(count * 0.9), random),
    ...makeQuestions(evaluator, organizations, Math.ceil(count * 0.1), random),
  ]
  return questions.sort(() => random(2) - 0.5)
}
