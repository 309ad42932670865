import type { ExplainAnswer, ExplanationNode, ExplanationStep, Principal } from "@gatehouse/contracts"
import type { Explanation } from "@gatehouse/openfga"
import { decisionTuplesOf, groupIdsOf, objectIdOf } from "@gatehouse/sdk/decision"
import type { GovernanceContext } from "../service-context.ts"
import type { Answer } from "./answer-question.ts"
import type { Question } from "./question.ts"
import { suggestGrant } from "./suggest-grant.ts"

type Path = NonNullable<Explanation["path"]>
type Tree = NonNullable<Explanation["tree"]>

/**
 * Says why an answer is what it is: the path where it is yes; what was tried, and the smallest grant that would change it,
 * where it is no. Who may not manage users sees no relationship of others.
 */
export async function explainAnswer(
  { authorizer }: GovernanceContext,
  question: Question,
  answer: Answer,
  seesOthers: boolean,
): Promise<ExplainAnswer> {
  const { allowed, decisionId, about } = answer
  const plain = { allowed, decision_id: decisionId }
  if (about === undefined) return { ...plain, tree: unknownObject(question) }
  const { principal, object } = about
  const contextualTuples = await decisionTuplesOf({ authorizer, principal, object })
  const check = {
    user: principal.id,
    relation: question.permission,
    object: objectIdOf(object),
    contextualTuples,
  }
  const explanation = await authorizer.explain(check)
  // Between the two questions a relationship may have changed; then the answer stands without its reasons.
  if (explanation.allowed !== allowed) return plain
  if (allowed) return { ...plain, path: (explanation.path ?? []).map(toStep) }
  const suggestion = await suggestGrant(authorizer, { principal, object, check })
  const shows = visibilityOf(principal, seesOthers)
  return {
    ...plain,
    ...(explanation.tree === undefined ? {} : { tree: toNode(explanation.tree, shows) }),
    ...(suggestion === undefined ? {} : { suggestion }),
  }
}

/** What can't be seen is explained like what does not exist: by the question's own words. */
function unknownObject({ permission, objectText }: Question): ExplanationNode {
  return { rule: "not_found", object: objectText, relation: permission, outcome: "false" }
}

function toStep(step: Path[number]): ExplanationStep {
  switch (step.kind) {
    case "tuple": {
      const { user, relation, object } = step.tuple
      return { kind: step.kind, object, relation, user, stored: !step.contextual }
    }
    case "computed":
      return { kind: step.kind, object: step.object, relation: step.relation, from: step.from }
    case "identity":
    case "not":
      return { kind: step.kind, object: step.object, relation: step.relation }
  }
}

/** A node as the API shows it. One that only passes another relation on is left out for that relation's own. */
function toNode(node: Tree, shows: (id: string) => boolean): ExplanationNode {
  const [only, ...more] = node.children ?? []
  if (node.rule === "computed" && only !== undefined && more.length === 0) return toNode(only, shows)
  const tuples = (node.tuples ?? []).map(({ tuple }) => tuple).filter(({ user }) => shows(user))
  const children = (node.children ?? [])
    .filter(({ object }) => shows(object))
    .map((child) => toNode(child, shows))
  return {
    rule: node.rule,
    object: node.object,
    relation: node.relation,
    outcome: node.outcome,
    ...(tuples.length === 0
      ? {}
      : { tuples: tuples.map(({ user, relation, object }) => ({ user, relation, object })) }),
    ...(children.length === 0 ? {} : { children }),
  }
}

const principalOrGroup = /^(?:user|service|api_key|group):([a-z0-9-]+)\//

/**
 * Which ids an explanation shows: never a principal or group of another organization; and to those who may not manage users,
 * only the asked principal and its own groups. What is neither (the project, the organization) is the question's own.
 */
function visibilityOf(principal: Principal, seesOthers: boolean): (id: string) => boolean {
  const own = new Set<string>([principal.id, ...groupIdsOf(principal)])
  return (id) => {
    const organization = principalOrGroup.exec(id)?.[1]
    if (organization === undefined || own.has(id.replace(/#member$/, ""))) return true
    return seesOthers && organization === principal.organization
  }
}
