import { GatehouseError } from "@gatehouse/kernel"
import type { CompiledModel } from "../model/compiled-model.ts"
import { isRefusedForCondition, validateTuple } from "../model/validate-tuple.ts"
import {
  isObject,
  objectsOfType,
  parseObject,
  parseUser,
  type RelationshipTuple,
} from "../relationship-tuple.ts"
import { EVERYONE, NO_NAME, type Symbols } from "../store/symbols.ts"
import type { Overlay } from "./overlay.ts"
import type { Question } from "./question.ts"

/** A form of unconditional tuple that was found allowed: whatever ids it has, it has the same class. */
interface KnownForm {
  /** Well-formed objects of the type. One native pass over the id is what a tuple of a token costs. */
  readonly objects: RegExp
  readonly relation: string
  readonly userType: string
  readonly userStart: string
  readonly classId: number
}

/** Who asks, where that is a plain user that the store knows: tuples of a token are about whoever asks. */
export interface KnownAsker {
  readonly user: string
  readonly type: string
  readonly number: number
}

/** Forms remembered: what tokens bring is one or two. */
const KNOWN_FORMS = 4

/** Holds contextual tuples to the model, exactly as written ones are, and lays them over the store. */
export class ContextualTuples {
  readonly #model: CompiledModel
  readonly #symbols: Symbols
  readonly #forms: KnownForm[] = []
  #nextForm = 0

  constructor(model: CompiledModel, symbols: Symbols) {
    this.#model = model
    this.#symbols = symbols
  }

  /**
   * Lays the tuples over the store. Throws `rebac.invalid_tuple` for one that the model does not allow, with `details.condition`
   * where the condition alone is wrong, and as `spend` does where looking at conditions takes more than the question may.
   */
  lay(question: Question, tuples: readonly RelationshipTuple[], asker: KnownAsker | undefined): void {
    for (const tuple of tuples) {
      const own = asker !== undefined && tuple.user === asker.user ? asker : undefined
      const classId = this.#findKnown(tuple, own) ?? this.#learn(tuple, question)
      question.overlay.add(tuple, classId, own?.number)
    }
  }

  /** Lays tuples over the store that were found allowed before. */
  layFitting(overlay: Overlay, tuples: readonly RelationshipTuple[]): void {
    for (const tuple of tuples)
      overlay.add(
        tuple,
        this.#findKnown(tuple, undefined) ?? this.#internClass(tuple, parseObject(tuple.object)?.type ?? ""),
      )
  }

  #findKnown(
    { user, relation, object, condition }: RelationshipTuple,
    own: KnownAsker | undefined,
  ): number | undefined {
    if (condition !== undefined && condition !== null) return undefined
    for (const form of this.#forms) {
      if (form.relation !== relation || !form.objects.test(object)) continue
      const fits =
        own === undefined
          ? user.startsWith(form.userStart) && isObject(user) && !user.endsWith(":*")
          : own.type === form.userType
      if (fits) return form.classId
    }
    return undefined
  }

  #learn(tuple: RelationshipTuple, question: Question): number {
    const reason = validateTuple(this.#model, tuple)
    if (reason !== undefined) {
      const condition = isRefusedForCondition(this.#model, tuple)
      throw new GatehouseError("rebac.invalid_tuple", { details: { reason, condition } })
    }
    const program = tuple.condition ? this.#model.conditionProgram(tuple.condition.name) : undefined
    if (program !== undefined) question.spendOn(program)
    const objectType = parseObject(tuple.object)?.type ?? ""
    const user = parseUser(tuple.user)
    const classId = this.#internClass(tuple, objectType)
    if (!tuple.condition && user?.relation === undefined && user?.id !== "*") {
      const userType = user?.type ?? ""
      const objects = objectsOfType(objectType)
      const form = { objects, relation: tuple.relation, userType, userStart: `${userType}:`, classId }
      this.#forms[this.#nextForm % KNOWN_FORMS] = form
      this.#nextForm++
    }
    return classId
  }

  #internClass(tuple: RelationshipTuple, objectType: string): number {
    const symbols = this.#symbols
    const user = parseUser(tuple.user)
    const relation = user?.relation
    const userRelation =
      relation === undefined ? (user?.id === "*" ? EVERYONE : NO_NAME) : symbols.internName(relation)
    return symbols.internClass(
      symbols.relationKeys.intern(symbols.internName(objectType), symbols.internName(tuple.relation)),
      symbols.userKinds.intern(symbols.internName(user?.type ?? ""), userRelation),
      tuple.condition ? symbols.internName(tuple.condition.name) : NO_NAME,
    )
  }
}
