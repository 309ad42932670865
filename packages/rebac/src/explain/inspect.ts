import type { ConditionContext, ConditionOutcome } from "../condition/condition-program.ts"
import { objectTuples } from "../evaluate/object-tuples.ts"
import type { Session } from "../evaluate/session.ts"
import { CYCLE, ERROR, FALSE, TRUE, type Verdict } from "../evaluate/verdict.ts"
import type { TriedNode, TriedTuple } from "../explanation.ts"
import type { RelationSchema, Rewrite } from "../model/model-schema.ts"
import { parseUser, type RelationshipTuple } from "../relationship-tuple.ts"
import { NO_NAME } from "../store/symbols.ts"

/** A tuple that counts under the model, with what its condition came to. */
export interface InspectedTuple extends TriedTuple {
  /** Whether its condition holds; true for none. */
  readonly outcome: ConditionOutcome
}

/** Steps charged for a tuple with its names put together, besides the one for looking at it. */
const NAMING_STEPS = 3

/** Looks at tuples and verdicts for people to read: by name, one at a time. The question must have begun, and its user asked. */
export class Inspector {
  readonly session: Session
  readonly user: string

  constructor(session: Session, user: string) {
    this.session = session
    this.user = user
  }

  /**
   * The tuples of an object's relation that count and can matter: that are about the asked user, or lead on. As a tupleset's, all of
   * them lead on.
   */
  tuplesOf(object: string, relation: RelationSchema, asTupleset: boolean): InspectedTuple[] {
    const { question, graph } = this.session
    const { overlay, asked } = question
    const number = overlay.numberOf(object)
    const found: InspectedTuple[] = []
    const about = asTupleset ? undefined : asked
    for (const { classId, user, contextual, context } of objectTuples(question, number, relation, about)) {
      const userRelation = graph.symbols.userKinds.second[graph.symbols.userKindOf(classId)] ?? NO_NAME
      if (!asTupleset && userRelation === NO_NAME && user !== asked) continue
      question.spend(NAMING_STEPS)
      const key = { user: graph.userName(classId, overlay.nameOf(user)), relation: relation.name, object }
      const verdict = this.#conditionVerdict(number, classId, user, context)
      found.push(this.#inspect(key, classId, contextual, context, verdict))
    }
    return found
  }

  #conditionVerdict(
    object: number,
    classId: number,
    user: number,
    context: ConditionContext | undefined,
  ): Verdict {
    const { question, graph } = this.session
    if (graph.symbols.conditionOf(classId) === NO_NAME) return TRUE
    return question.conditionVerdict(object, classId, user, context)
  }

  #inspect(
    key: RelationshipTuple,
    classId: number,
    contextual: boolean,
    context: ConditionContext | undefined,
    verdict: Verdict,
  ): InspectedTuple {
    const { graph } = this.session
    const conditionName = graph.symbols.conditionOf(classId)
    if (conditionName === NO_NAME) return { tuple: key, contextual, outcome: "true" }
    const outcome = verdict === TRUE ? "true" : verdict === FALSE ? "false" : "error"
    const name = graph.symbols.name(conditionName)
    const tuple = { ...key, condition: context === undefined ? { name } : { name, context: context.values } }
    const { values, missing } = this.#valuesOf(conditionName, context)
    return { tuple, contextual, outcome, condition: { name, outcome, values, missing } }
  }

  /** The values that a condition's parameters have: the tuple's own before the question's. */
  #valuesOf(conditionName: number, context: ConditionContext | undefined) {
    const values: Record<string, unknown> = Object.create(null)
    const missing: string[] = []
    const { question, navigator } = this.session
    for (const name of navigator.programOf(conditionName)?.parameterNames ?? []) {
      const source = [context?.values, question.context?.values].find(
        (one) => one && Object.hasOwn(one, name),
      )
      if (source === undefined) missing.push(name)
      else values[name] = source[name]
    }
    return { values, missing }
  }

  /** Whether a tuple of a direct relation is itself about the asked user, or everyone of its type. */
  matches(tuple: RelationshipTuple): boolean {
    const asked = parseUser(this.user)
    return tuple.user === this.user || (asked?.relation === undefined && tuple.user === `${asked?.type}:*`)
  }

  /** What asking for the relation on the object comes to. */
  verdictOf(object: string, relation: RelationSchema): Verdict {
    return this.session.decide(relation, this.session.question.overlay.numberOf(object))
  }

  /** What a part of a relation's definition comes to on the object. */
  verdictOfRewrite(object: string, owner: RelationSchema, rewrite: Rewrite): Verdict {
    return this.session.decideRewrite(owner, rewrite, this.session.question.overlay.numberOf(object))
  }

  /** The relations that a tuple of a tupleset leads to; none where the object's type has none of that name. */
  relationOf(object: string, relation: string): RelationSchema | undefined {
    return this.session.relationOf(object.slice(0, object.indexOf(":")), relation)
  }
}

const outcomes: Readonly<Record<Verdict, TriedNode["outcome"]>> = {
  [FALSE]: "false",
  [TRUE]: "true",
  [CYCLE]: "cycle",
  [ERROR]: "error",
}

/** A verdict as explanations write it. */
export function outcomeOf(verdict: Verdict): TriedNode["outcome"] {
  return outcomes[verdict]
}
