import type { ConditionContext } from "../condition/condition-program.ts"
import {
  isWildcard,
  parseObject,
  parseUser,
  type RelationshipTuple,
  type TupleKey,
  usersetMark,
} from "../relationship-tuple.ts"
import { Adjacency } from "./adjacency.ts"
import { ChangeLog } from "./change-log.ts"
import { Entities } from "./entities.ts"
import { fingerprintOf } from "./fingerprint.ts"
import { HEAD, NOTE } from "./row-head.ts"
import { EVERYONE, NO_NAME, Symbols } from "./symbols.ts"

/** Exact for entity numbers below 2^32 and class ids below 2^20. */
const contextKey = (classId: number, user: number): number => classId * 2 ** 32 + user

/**
 * Tuples as a graph of numbers: for each object its tuples (`byObject`: class, user) and for each user its tuples (`byUser`:
 * class, object). It knows no model: a tuple that today's model does not allow is kept, and counts for nothing.
 */
export class TupleGraph {
  readonly symbols = new Symbols()
  readonly entities = new Entities()
  readonly byObject = new Adjacency()
  readonly byUser = new Adjacency()
  size = 0
  readonly changes = new ChangeLog()
  /** Keeps what was read ahead from being optimized away. */
  #touched = 0
  /** Contexts kept with conditional tuples, by object, then by class and user. */
  readonly #contexts = new Map<number, Map<number, ConditionContext>>()

  /** Puts a tuple in, in place of one with the same key. True where the key is new. */
  add(tuple: RelationshipTuple): boolean {
    const { symbols } = this
    const hash = usersetMark(tuple.user)
    const object = this.#internEntity(tuple.object)
    const user = this.#internEntity(hash < 0 ? tuple.user : tuple.user.slice(0, hash))
    this.changes.note(object, user)
    const relationKey = symbols.relationKeys.intern(
      objectType(this, tuple.object),
      symbols.internName(tuple.relation),
    )
    const shape = symbols.shapes.intern(relationKey, this.#internUserKind(tuple.user, hash))
    const condition = tuple.condition?.name ? symbols.internName(tuple.condition.name) : NO_NAME
    const classId = symbols.internClass(relationKey, symbols.shapes.second[shape] ?? 0, condition)
    const before = this.#findClass(object, shape, user)
    if (before !== undefined && before !== classId) this.#unlink(object, before, user)
    if (before !== classId) {
      this.byObject.add(object, classId, user)
      this.byUser.add(user, classId, object)
    }
    this.#keepContext(object, classId, user, tuple.condition?.context)
    if (before === undefined) this.size++
    return before === undefined
  }

  /** Takes a tuple out. False where there is none with this key. */
  remove(key: TupleKey): boolean {
    const found = this.find(key)
    if (found === undefined) return false
    this.changes.note(found.object, found.user)
    this.#unlink(found.object, found.classId, found.user)
    this.size--
    this.#release(found.object)
    if (found.user !== found.object) this.#release(found.user)
    return true
  }

  /** The numbers of the tuple with this key. */
  find(key: TupleKey): { object: number; classId: number; user: number } | undefined {
    const { symbols, entities } = this
    const hash = usersetMark(key.user)
    const object = entities.find(key.object)
    const user = entities.find(hash < 0 ? key.user : key.user.slice(0, hash))
    const relation = symbols.findName(key.relation)
    if (object === undefined || user === undefined || relation === undefined) return undefined
    const relationKey = symbols.relationKeys.find(objectType(this, key.object), relation)
    const userKind = this.#findUserKind(key.user, hash)
    if (relationKey === undefined || userKind === undefined) return undefined
    const shape = symbols.shapes.find(relationKey, userKind)
    const classId = shape === undefined ? undefined : this.#findClass(object, shape, user)
    return classId === undefined ? undefined : { object, classId, user }
  }

  /** The tuple of these numbers, as it was written. */
  tupleOf(object: number, classId: number, user: number): RelationshipTuple {
    const { symbols, entities } = this
    const tuple = {
      user: this.userName(classId, entities.nameOf(user)),
      relation: symbols.name(symbols.relationKeys.second[symbols.relationKeyOf(classId)] ?? NO_NAME),
      object: entities.nameOf(object),
    }
    const condition = symbols.conditionOf(classId)
    if (condition === NO_NAME) return tuple
    const context = this.contextOf(object, classId, user)?.values
    const name = symbols.name(condition)
    return { ...tuple, condition: context === undefined ? { name } : { name, context } }
  }

  /** The user of a tuple as it is written, from its class and its object's name. */
  userName(classId: number, object: string): string {
    const { symbols } = this
    const relation = symbols.userKinds.second[symbols.userKindOf(classId)] ?? NO_NAME
    return relation === NO_NAME || relation === EVERYONE ? object : `${object}#${symbols.name(relation)}`
  }

  /** The context kept with a conditional tuple. */
  contextOf(object: number, classId: number, user: number): ConditionContext | undefined {
    return this.#contexts.get(object)?.get(contextKey(classId, user))
  }

  #findClass(object: number, shape: number, user: number): number | undefined {
    return this.symbols.classesOfShape[shape]?.find((classId) => this.byObject.has(object, classId, user))
  }

  #unlink(object: number, classId: number, user: number): void {
    this.byObject.remove(object, classId, user)
    this.byUser.remove(user, classId, object)
    const contexts = this.#contexts.get(object)
    if (contexts?.delete(contextKey(classId, user)) && contexts.size === 0) this.#contexts.delete(object)
  }

  #keepContext(
    object: number,
    classId: number,
    user: number,
    values: Readonly<Record<string, unknown>> | null | undefined,
  ): void {
    const contexts = this.#contexts.get(object)
    if (values === undefined || values === null) {
      contexts?.delete(contextKey(classId, user))
      return
    }
    if (contexts === undefined) this.#contexts.set(object, new Map([[contextKey(classId, user), { values }]]))
    else contexts.set(contextKey(classId, user), { values })
  }

  #internEntity(name: string): number {
    const known = this.entities.find(name)
    if (known !== undefined) return known
    const entity = this.entities.add(name, objectType(this, name))
    this.byObject.reserve(entity)
    this.byUser.reserve(entity)
    this.byObject.heads[entity * HEAD + NOTE] = fingerprintOf(name)
    return entity
  }

  /**
   * The numbers of a well-formed user and object, -1 for none, in `entities.objects.first` and `second`; the object's row is
   * read ahead with them.
   */
  findBoth(user: string, object: string): void {
    this.#touched ^= this.entities.objects.findTwo(user, object, this.byObject)
  }

  /** The fingerprint of an entity's name: it stands where its tuples do, so that to compare it costs nothing more. */
  printOf(entity: number): number {
    return this.byObject.heads[entity * HEAD + NOTE] ?? 0
  }

  #release(entity: number): void {
    if (this.byObject.isEmpty(entity) && this.byUser.isEmpty(entity)) this.entities.remove(entity)
  }

  #internUserKind(user: string, hash: number): number {
    const { symbols } = this
    if (hash >= 0) {
      const type = parseUser(user)?.type ?? ""
      return symbols.userKinds.intern(symbols.internName(type), symbols.internName(user.slice(hash + 1)))
    }
    const type = parseObject(user)?.type ?? ""
    return symbols.userKinds.intern(symbols.internName(type), isWildcard(user) ? EVERYONE : NO_NAME)
  }

  #findUserKind(user: string, hash: number): number | undefined {
    const { symbols } = this
    const type = symbols.findName((hash >= 0 ? parseUser(user)?.type : parseObject(user)?.type) ?? "")
    const relation =
      hash >= 0 ? symbols.findName(user.slice(hash + 1)) : isWildcard(user) ? EVERYONE : NO_NAME
    return type === undefined || relation === undefined ? undefined : symbols.userKinds.find(type, relation)
  }
}

/** The name id of an object's type; `NO_NAME` where the id is malformed or stands for everyone, which no tuple's object may. */
function objectType(graph: TupleGraph, object: string): number {
  const type = parseObject(object)?.type
  return type === undefined || isWildcard(object) ? NO_NAME : graph.symbols.internName(type)
}
