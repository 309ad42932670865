import { GatehouseError } from "@gatehouse/kernel"
import type { CompiledModel } from "../model/compiled-model.ts"
import { validateTuple } from "../model/validate-tuple.ts"
import { isObject, parseObject, parseUser, type RelationshipTuple } from "../relationship-tuple.ts"
import { EVERYONE, NO_NAME, type Symbols } from "../store/symbols.ts"

/** A form of unconditional tuple that was found allowed: whatever ids it has, it has the same class. */
interface KnownForm {
  readonly objectStart: string
  readonly relation: string
  readonly userStart: string
  readonly classId: number
}

/** Forms remembered: what tokens bring is one or two. */
const KNOWN_FORMS = 4

/** Holds contextual tuples to the model, exactly as written ones are, and finds their classes. */
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
   * The class of a tuple. Throws `rebac.invalid_tuple` where the model does not allow it. `asked` is a user that is known to be well
   * formed: tuples of a token are about whoever asks.
   */
  classOf(tuple: RelationshipTuple, asked?: string): number {
    const { user, relation, object, condition } = tuple
    if (condition === undefined || condition === null)
      for (const form of this.#forms)
        if (
          form.relation === relation &&
          object.startsWith(form.objectStart) &&
          user.startsWith(form.userStart) &&
          (user === asked || isPlain(user)) &&
          isObject(object) &&
          !object.endsWith(":*")
        )
          return form.classId
    return this.#learn(tuple)
  }

  #learn(tuple: RelationshipTuple): number {
    const reason = validateTuple(this.#model, tuple)
    if (reason !== undefined) throw new GatehouseError("rebac.invalid_tuple", { details: { reason } })
    const objectType = parseObject(tuple.object)?.type ?? ""
    const user = parseUser(tuple.user)
    const classId = this.#internClass(tuple, objectType)
    if (!tuple.condition && user?.relation === undefined && user?.id !== "*") {
      const form = {
        objectStart: `${objectType}:`,
        relation: tuple.relation,
        userStart: `${user?.type}:`,
        classId,
      }
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

/** True for a user that is an object, neither a userset nor everyone of a type. */
function isPlain(text: string): boolean {
  return isObject(text) && !text.endsWith(":*")
}
