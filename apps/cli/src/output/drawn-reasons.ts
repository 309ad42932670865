import type { ExplanationStep } from "@gatehouse/contracts"
import type { Explanation, PathStep, TriedNode, TriedTuple } from "@gatehouse/sdk/model"
import type { DrawnNode, DrawnReasons, DrawnTuple } from "./draw-explanation.ts"

/** An explanation that was made here, in the form in which the API's are drawn; conditions as remarks. */
export function toDrawnReasons({ allowed, path, tree }: Explanation): DrawnReasons {
  return {
    allowed,
    ...(path === undefined ? {} : { path: path.map(toStep) }),
    ...(tree === undefined ? {} : { tree: toNode(tree) }),
  }
}

function toStep(step: PathStep): ExplanationStep {
  switch (step.kind) {
    case "tuple": {
      const { user, relation, object } = step.tuple
      return { kind: "tuple", user, relation, object }
    }
    case "computed":
      return { kind: "computed", object: step.object, relation: step.relation, from: step.from }
    case "identity":
      return { kind: "identity", object: step.object, relation: step.relation }
    case "not":
      return { kind: "not", object: step.object, relation: step.excluded }
  }
}

function toNode({ rule, object, relation, outcome, tuples, children }: TriedNode): DrawnNode {
  return {
    rule,
    object,
    relation,
    outcome,
    tuples: tuples?.map(toTuple),
    children: children?.map(toNode),
  }
}

function toTuple({ tuple, condition }: TriedTuple): DrawnTuple {
  const { user, relation, object } = tuple
  if (condition === undefined) return { user, relation, object }
  const { name, outcome, values, missing } = condition
  const known = Object.entries(values).map(([parameter, value]) => `${parameter} = ${JSON.stringify(value)}`)
  const facts = [...known, ...missing.map((parameter) => `${parameter} is missing`)]
  const came = outcome === "error" ? "cannot be evaluated" : `is ${outcome}`
  return { user, relation, object, remark: `condition ${name} ${came}: ${facts.join(", ")}` }
}
