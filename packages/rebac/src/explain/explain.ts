import type { Session } from "../evaluate/session.ts"
import { TRUE } from "../evaluate/verdict.ts"
import type { ExplainQuery, Explanation } from "../explanation.ts"
import { EXPLANATION_STEP_BUDGET } from "../limits.ts"
import type { RelationSchema } from "../model/model-schema.ts"
import { changePlanOf, type ReversePlan } from "../model/reverse-plan.ts"
import { parseObject } from "../relationship-tuple.ts"
import { TreeBuilder } from "./build-tree.ts"
import { type HelpfulRelations, helpfulRelations } from "./find-holdings.ts"
import { findPath } from "./find-path.ts"
import { Inspector } from "./inspect.ts"
import { suggest } from "./suggest.ts"

/** Says why checks answer as they do; keeps what it learns about the model from one explanation to the next. */
export class Explainer {
  readonly #session: Session
  /** Answers as things are, beside the first session that answers as they would be. */
  readonly #unchanged: Session
  readonly #changePlan: ReversePlan
  readonly #helpful = new Map<RelationSchema, HelpfulRelations>()

  constructor(session: Session) {
    this.#session = session
    this.#unchanged = session.sibling()
    this.#changePlan = changePlanOf(session.model)
  }

  /** Why a check answers as it does. The question was found to fit the model before. */
  explain(query: ExplainQuery): Explanation {
    const session = this.#session
    this.#begin(query)
    const asked = session.relationOf(parseObject(query.object)?.type ?? "", query.relation)
    if (asked === undefined) return { allowed: false, suggestions: [], complete: true }
    const verdict = session.decide(asked, session.question.overlay.numberOf(query.object))
    this.#begin(query)
    session.question.budget = EXPLANATION_STEP_BUDGET
    const inspector = new Inspector(session, query.user)
    if (verdict === TRUE)
      return { allowed: true, ...findPath(inspector, query.object, asked), suggestions: [] }
    const { tree, complete: wholeTree } = new TreeBuilder(inspector).build(query.object, asked, verdict)
    const { suggestions, complete } = suggest(
      {
        session,
        unchanged: this.#unchanged,
        asked,
        helpful: this.#helpfulTo(asked),
        changePlan: this.#changePlan,
      },
      query,
    )
    return { allowed: false, tree, suggestions, complete: complete && wholeTree }
  }

  #begin(query: ExplainQuery): void {
    this.#session.begin(query)
    this.#session.ask(query.user)
  }

  #helpfulTo(asked: RelationSchema): HelpfulRelations {
    const known = this.#helpful.get(asked)
    if (known !== undefined) return known
    const helpful = helpfulRelations(this.#session.model, asked)
    this.#helpful.set(asked, helpful)
    return helpful
  }
}
