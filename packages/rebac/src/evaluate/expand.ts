import type { RelationSchema, Rewrite } from "../model/model-schema.ts"
import type { UsersetTreeNode } from "../queries.ts"
import { objectTuples } from "./object-tuples.ts"
import type { Question } from "./question.ts"

/** One level of a relation on an object, as OpenFGA's Expand gives it: tuples that count, conditions not looked at. */
export function expandRelation(
  question: Question,
  object: string,
  relation: RelationSchema,
): UsersetTreeNode {
  return expandRewrite(question, object, relation, relation.rewrite)
}

function expandRewrite(
  question: Question,
  object: string,
  owner: RelationSchema,
  rewrite: Rewrite,
): UsersetTreeNode {
  const name = `${object}#${owner.name}`
  const each = (child: Rewrite): UsersetTreeNode => expandRewrite(question, object, owner, child)
  switch (rewrite.kind) {
    case "direct":
      return { name, leaf: { users: { users: usersOf(question, object, owner).sort() } } }
    case "computed":
      return { name, leaf: { computed: { userset: `${object}#${rewrite.relation}` } } }
    case "tuple_to_userset": {
      const tupleset = question.navigator.schema.types.get(owner.type)?.get(rewrite.tupleset)
      const users = tupleset === undefined ? [] : usersOf(question, object, tupleset)
      const computed = users.map((user) => ({ userset: `${user}#${rewrite.computed}` }))
      return { name, leaf: { tupleToUserset: { tupleset: `${object}#${rewrite.tupleset}`, computed } } }
    }
    case "union":
      return { name, union: { nodes: rewrite.children.map(each) } }
    case "intersection":
      return { name, intersection: { nodes: rewrite.children.map(each) } }
    case "exclusion":
      return { name, difference: { base: each(rewrite.base), subtract: each(rewrite.subtract) } }
  }
}

/** Steps charged for each user beside the tuple's own: its name is put together. */
const USER_STEPS = 2
/** Characters of a name that cost a step more, for being put together, kept, and written as JSON by whoever asked. */
const CHARACTERS_PER_STEP = 64

/** The users that count in an object's relation, each once. */
function usersOf(question: Question, object: string, relation: RelationSchema): string[] {
  const { graph, overlay } = question
  const users = new Set<string>()
  for (const { classId, user } of objectTuples(question, overlay.numberOf(object), relation)) {
    const name = graph.userName(classId, overlay.nameOf(user))
    question.spend(USER_STEPS + Math.floor(name.length / CHARACTERS_PER_STEP))
    users.add(name)
  }
  return [...users]
}
