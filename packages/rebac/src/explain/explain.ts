import type { Session } from "../evaluate/session.ts"
import { TRUE } from "../evaluate/verdict.ts"
import type { ExplainQuery, Explanation } from "../explanation.ts"
import { parseObject } from "../relationship-tuple.ts"
import { TreeBuilder } from "./build-tree.ts"
import { findPath } from "./find-path.ts"
import { Inspector } from "./inspect.ts"
import { suggest } from "./suggest.ts"

/** Why a check answers as it does. The question was found to fit the model before. */
export function explain(session: Session, query: ExplainQuery): Explanation {
  const begin = (): void => {
    session.begin(query)
    session.ask(query.user)
  }
  begin()
  const relation = session.relationOf(parseObject(query.object)?.type ?? "", query.relation)
  if (relation === undefined) return { allowed: false, suggestions: [], complete: true }
  const verdict = session.decide(relation, session.question.overlay.numberOf(query.object))
  begin()
  const inspector = new Inspector(session, query.user)
  if (verdict === TRUE) {
    const { path, complete } = findPath(inspector, query.object, relation)
    return { allowed: true, path, suggestions: [], complete }
  }
  const tree = new TreeBuilder(inspector).build(query.object, relation)
  return { allowed: false, tree, ...suggest(session, query) }
}
