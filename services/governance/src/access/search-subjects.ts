import { type OrganizationId, type Permission, type PrincipalType, principalId } from "@gatehouse/contracts"
import { isGatehouseError } from "@gatehouse/kernel"
import type { Authorizer } from "@gatehouse/openfga"
import { type DecisionObject, decide, decideAll } from "@gatehouse/sdk/decision"
import { collectReadable } from "../projects/collect-readable.ts"
import type { GovernanceContext } from "../service-context.ts"
import type { Asker } from "./answer-evaluation.ts"
import type { SearchPage } from "./search-pages.ts"

/**
 * Subjects that one page looks at. Each costs the directory three questions, 30 to 48 ms on two busy cores with the embedded
 * engine: a page ends within seconds, and the next one goes on.
 */
const maximumExaminedSubjects = 100

/** Who of the asker's organization has a permission on an object? */
export interface SubjectSearchQuery {
  readonly type: Extract<PrincipalType, "user" | "service">
  readonly permission: Permission
  readonly object: DecisionObject
  readonly facts: Readonly<Record<string, unknown>> | undefined
  readonly page: SearchPage<number>
}

interface Candidate {
  /** How many entries of the realm's list end with this one. */
  readonly position: number
  /** Undefined for an entry that is no subject. */
  readonly subject: string | undefined
}

/**
 * A page of the subjects of a type that hold the permission, by the realm's own order: everyone of the realm is asked about as an
 * evaluation would ask, with the groups and roles that the directory says now, so what is found is what an evaluation allows.
 * Nothing where the asker may not see the object. Throws `authz.unavailable` where directory or authorizer do not answer.
 */
export async function searchSubjects(
  context: GovernanceContext,
  { auth }: Asker,
  { type, permission, object, facts, page }: SubjectSearchQuery,
): Promise<{ readonly results: { type: string; id: string }[]; readonly next: number | undefined }> {
  const { authorizer, realms } = context
  const { principal: asker, orgId } = auth
  const { visible } = await decide({ authorizer, principal: asker, permission: "can_read", object })
  if (!visible || page.limit === 0) return { results: [], next: undefined }
  const { items, next } = await collectReadable<Candidate, number>({
    ...page,
    maximumExamined: maximumExaminedSubjects,
    read: (after = 0, count) => listCandidates(context, orgId, type, { first: after, limit: count }),
    placeOf: ({ position }) => position,
    isReadable: async (candidates) => {
      const principals = await Promise.all(
        candidates.map(({ subject }) =>
          subject === undefined ? undefined : realms.findPrincipal(orgId, type, subject),
        ),
      )
      const known = principals.filter((principal) => principal !== undefined)
      const questions = known.map((principal) => ({ principal, permission, object, context: facts }))
      const answers = await allowedEach(authorizer, questions)
      const allowed = new Set(known.filter((_, index) => answers[index]))
      return principals.map((principal) => principal !== undefined && allowed.has(principal))
    },
  })
  const idOf = (subject: string) => principalId(type, orgId, subject).slice(type.length + 1)
  return { results: items.map(({ subject = "" }) => ({ type, id: idOf(subject) })), next }
}

/** As evaluations would answer: who has more groups than can be asked about is refused there, and so is not found here. */
async function allowedEach(
  authorizer: Authorizer,
  questions: Parameters<typeof decideAll>[1],
): Promise<boolean[]> {
  const isTooMany = (error: unknown) => isGatehouseError(error) && error.code === "authz.too_many_groups"
  try {
    return (await decideAll(authorizer, questions)).map(({ allowed }) => allowed)
  } catch (error) {
    if (!isTooMany(error)) throw error
    const one = async (question: (typeof questions)[number]) => {
      const { allowed } = await decide({ authorizer, ...question })
      return allowed
    }
    return Promise.all(
      questions.map((question) =>
        one(question).catch((refusal: unknown) => {
          if (isTooMany(refusal)) return false
          throw refusal
        }),
      ),
    )
  }
}

async function listCandidates(
  { realms }: GovernanceContext,
  organization: OrganizationId,
  type: "user" | "service",
  page: { readonly first: number; readonly limit: number },
): Promise<Candidate[]> {
  const subjects =
    type === "user"
      ? (await realms.listUsers(organization, page)).map(({ subject, enabled }) =>
          enabled ? subject : undefined,
        )
      : (await realms.listClients(organization, page)).map(({ clientId, hasServiceAccount }) =>
          hasServiceAccount ? clientId : undefined,
        )
  return subjects.map((subject, index) => ({ subject, position: page.first + index + 1 }))
}
