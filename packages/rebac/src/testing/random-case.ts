import fc from "fast-check"
import type {
  AuthorizationModel,
  RelationReference,
  TypeDefinition,
  Userset,
} from "../authorization-model.ts"
import { compileModel } from "../model/compiled-model.ts"
import { validateModel } from "../model/validate-model.ts"
import { validateTuple } from "../model/validate-tuple.ts"
import type { RelationshipTuple } from "../relationship-tuple.ts"
import type { NaiveCondition } from "./naive-evaluator.ts"

/** One question of each kind, and what it may carry. */
export interface RandomQuestion {
  readonly user: string
  readonly relation: string
  readonly object: string
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Readonly<Record<string, unknown>>
}

/** A model, tuples that it mostly allows, and questions. */
export interface RandomCase {
  readonly model: AuthorizationModel
  readonly tuples: readonly RelationshipTuple[]
  readonly questions: readonly RandomQuestion[]
}

const objectTypes = ["group", "folder", "doc"] as const
const relationNames = ["a", "b", "c", "d"] as const
const ids = ["1", "2"] as const

/** The conditions of random models, as definitions and in plain JavaScript. */
const conditions = {
  flagged: {
    name: "flagged",
    expression: "flag",
    parameters: { flag: { type_name: "TYPE_NAME_BOOL" } },
  },
  below: {
    name: "below",
    expression: "x < 10 && limit >= x",
    parameters: { x: { type_name: "TYPE_NAME_INT" }, limit: { type_name: "TYPE_NAME_INT" } },
  },
}

export const randomConditions: Readonly<Record<string, NaiveCondition>> = {
  flagged: ({ flag }) => (typeof flag === "boolean" ? flag : undefined),
  below: ({ x, limit }) =>
    Number.isInteger(x) && Number.isInteger(limit) ? Number(x) < 10 && Number(limit) >= Number(x) : undefined,
}

const conditionName = fc.oneof(
  { weight: 3, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom("flagged", "below") },
)

function withCondition(reference: RelationReference, condition: string | undefined): RelationReference {
  return condition === undefined ? reference : { ...reference, condition }
}

const userReference: fc.Arbitrary<RelationReference> = fc
  .tuple(
    fc.oneof(
      { weight: 8, arbitrary: fc.constant({ type: "user" }) },
      { weight: 2, arbitrary: fc.constant({ type: "user", wildcard: {} }) },
      { weight: 1, arbitrary: fc.constant({ type: "service" }) },
      { weight: 1, arbitrary: fc.constantFrom(...objectTypes).map((type) => ({ type })) },
      {
        weight: 5,
        arbitrary: fc
          .tuple(fc.constantFrom(...objectTypes), fc.constantFrom(...relationNames))
          .map(([type, relation]) => ({ type, relation })),
      },
    ),
    conditionName,
  )
  .map(([reference, condition]) => withCondition(reference, condition))

const parentReference: fc.Arbitrary<RelationReference> = fc
  .tuple(fc.constantFrom(...objectTypes), conditionName)
  .map(([type, condition]) => withCondition({ type }, condition))

const leaf: fc.Arbitrary<Userset> = fc.oneof(
  { weight: 5, arbitrary: fc.constant<Userset>({ this: {} }) },
  {
    weight: 3,
    arbitrary: fc
      .constantFrom(...relationNames)
      .map((relation): Userset => ({ computedUserset: { relation } })),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(...relationNames).map(
      (relation): Userset => ({
        tupleToUserset: { tupleset: { relation: "parent" }, computedUserset: { relation } },
      }),
    ),
  },
)

const { rewrite } = fc.letrec<{ rewrite: Userset; leaf: Userset }>((tie) => ({
  leaf,
  rewrite: fc.oneof(
    { maxDepth: 2, depthSize: "small" },
    { weight: 4, arbitrary: tie("leaf") },
    {
      weight: 3,
      arbitrary: fc
        .array(tie("rewrite"), { minLength: 2, maxLength: 3 })
        .map((child): Userset => ({ union: { child } })),
    },
    {
      weight: 1,
      arbitrary: fc
        .array(tie("rewrite"), { minLength: 2, maxLength: 2 })
        .map((child): Userset => ({ intersection: { child } })),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(tie("rewrite"), tie("rewrite"))
        .map(([base, subtract]): Userset => ({ difference: { base, subtract } })),
    },
  ),
}))

function childrenOf(userset: Userset): readonly Userset[] {
  const operands = userset.difference ? [userset.difference.base, userset.difference.subtract] : []
  return userset.union?.child ?? userset.intersection?.child ?? operands
}

function holdsDirect(userset: Userset): boolean {
  return Boolean(userset.this) || childrenOf(userset).some(holdsDirect)
}

/** Lets computed relations name only earlier ones, so that few models are refused for a cycle. */
function forwardOnly(userset: Userset, index: number): Userset {
  const { computedUserset, union, intersection, difference } = userset
  if (computedUserset) {
    const name = relationNames[relationNames.indexOf(computedUserset.relation as "a") % Math.max(1, index)]
    return index === 0 ? { this: {} } : { computedUserset: { relation: name } }
  }
  if (union) return { union: { child: union.child.map((child) => forwardOnly(child, index)) } }
  if (intersection)
    return { intersection: { child: intersection.child.map((child) => forwardOnly(child, index)) } }
  if (!difference) return userset
  const { base, subtract } = difference
  return { difference: { base: forwardOnly(base, index), subtract: forwardOnly(subtract, index) } }
}

const typeDefinition = (type: string): fc.Arbitrary<TypeDefinition> =>
  fc
    .record({
      rewrites: fc.array(fc.tuple(rewrite, fc.array(userReference, { minLength: 1, maxLength: 3 })), {
        minLength: relationNames.length,
        maxLength: relationNames.length,
      }),
      parents: fc.array(parentReference, { minLength: 1, maxLength: 2 }),
    })
    .map(({ rewrites, parents }) => {
      const relations = rewrites.map(([userset, references], index) => ({
        name: relationNames[index] ?? "",
        userset: forwardOnly(userset, index),
        references,
      }))
      return {
        type,
        relations: Object.fromEntries([
          ["parent", { this: {} }],
          ...relations.map(({ name, userset }) => [name, userset]),
        ]),
        metadata: {
          relations: Object.fromEntries([
            ["parent", { directly_related_user_types: parents }],
            ...relations.map(({ name, userset, references }) => [
              name,
              { directly_related_user_types: holdsDirect(userset) ? references : [] },
            ]),
          ]),
        },
      }
    })

/** Models whose names are defined, some of which break other rules of the language. */
export const anyModel: fc.Arbitrary<AuthorizationModel> = fc.tuple(...objectTypes.map(typeDefinition)).map(
  (definitions): AuthorizationModel => ({
    schema_version: "1.1",
    type_definitions: [{ type: "user" }, { type: "service" }, ...definitions],
    conditions,
  }),
)

/** Models that keep every rule of the language. */
export const randomModel = anyModel.filter((model) => validateModel(model).length === 0)

const value = fc.constantFrom<unknown>(5, 9, 12, true, false, "text", null)
const contextValues = fc.dictionary(fc.constantFrom("flag", "x", "limit", "other"), value, { maxKeys: 4 })
const often = fc.oneof(
  { weight: 3, arbitrary: fc.constant(true) },
  { weight: 1, arbitrary: fc.constant(false) },
)
const goodContext = fc.record(
  { flag: often, x: fc.constantFrom(5, 5, 12), limit: fc.constantFrom(4, 9, 20) },
  { requiredKeys: [] },
)
const plainUser = fc.constantFrom("user:a", "user:b", "user:*", "service:a")
const object = fc
  .tuple(fc.constantFrom(...objectTypes), fc.constantFrom(...ids))
  .map(([type, id]) => `${type}:${id}`)
const relation = fc.constantFrom(...relationNames)
const userset = fc.tuple(object, relation).map(([name, of]) => `${name}#${of}`)

/** The form that one restriction of the model asks for, filled with random ids. */
function tupleFor(model: AuthorizationModel): fc.Arbitrary<RelationshipTuple> {
  const forms = model.type_definitions.flatMap((definition) =>
    Object.entries(definition.metadata?.relations ?? {}).flatMap(([name, metadata]) =>
      (metadata.directly_related_user_types ?? []).map((reference) => ({
        type: definition.type,
        name,
        reference,
      })),
    ),
  )
  return fc
    .tuple(
      fc.constantFrom(...forms),
      fc.constantFrom(...ids),
      fc.constantFrom(...ids, ...ids, "a", "b"),
      goodContext,
    )
    .map(([{ type, name, reference }, objectId, userId, context]) => {
      const id =
        reference.type === "user" || reference.type === "service" ? (userId < "a" ? "a" : userId) : userId
      const user = reference.wildcard ? `${reference.type}:*` : `${reference.type}:${id}`
      const tuple = {
        object: `${type}:${objectId}`,
        relation: name,
        user: reference.relation === undefined ? user : `${user}#${reference.relation}`,
      }
      return reference.condition === undefined
        ? tuple
        : {
            ...tuple,
            condition: { name: reference.condition, context: onlyOwn(reference.condition, context) },
          }
    })
}

function onlyOwn(condition: string, context: Record<string, unknown>): Record<string, unknown> {
  const own = condition === "flagged" ? ["flag"] : ["x", "limit"]
  return Object.fromEntries(Object.entries(context).filter(([name]) => own.includes(name)))
}

/** A tuple as an older model may have left it: in every form, allowed or not. */
const anyTuple: fc.Arbitrary<RelationshipTuple> = fc
  .tuple(
    object,
    fc.constantFrom(...relationNames, "parent"),
    fc.oneof(plainUser, userset, object),
    conditionName,
  )
  .map(([name, of, user, condition]) => {
    const tuple = { object: name, relation: of, user }
    return condition === undefined ? tuple : { ...tuple, condition: { name: condition } }
  })

function distinct(tuples: readonly RelationshipTuple[]): RelationshipTuple[] {
  return [
    ...new Map(
      tuples.map((tuple) => [JSON.stringify([tuple.object, tuple.relation, tuple.user]), tuple]),
    ).values(),
  ]
}

/** A question about what the tuples are about, mostly: chosen by their places, so that few questions are about nothing. */
interface QuestionSeed {
  readonly about: number
  readonly of: number
  readonly user: string
  readonly relation: string
  readonly object: string
  readonly useTupleObject: boolean
  readonly useTupleRelation: boolean
  readonly useTupleUser: boolean
  readonly contextualTuples: readonly RelationshipTuple[]
  readonly context: Readonly<Record<string, unknown>>
}

function questionFrom(seed: QuestionSeed, tuples: readonly RelationshipTuple[]): RandomQuestion {
  const about = tuples[seed.about % Math.max(1, tuples.length)]
  const of = tuples[seed.of % Math.max(1, tuples.length)]
  return {
    user: seed.useTupleUser && of !== undefined ? of.user : seed.user,
    relation: seed.useTupleRelation && about !== undefined ? about.relation : seed.relation,
    object: seed.useTupleObject && about !== undefined ? about.object : seed.object,
    contextualTuples: seed.contextualTuples,
    context: seed.context,
  }
}

/** A valid model with tuples and questions: few ids, so that paths meet. */
export const randomCase: fc.Arbitrary<RandomCase> = randomModel.chain((model) => {
  const compiled = compileModel(model)
  const valid = tupleFor(model)
  const contextual = fc
    .array(fc.oneof({ weight: 4, arbitrary: valid }, { weight: 1, arbitrary: anyTuple }), { maxLength: 4 })
    .map((tuples) => distinct(tuples).filter((tuple) => validateTuple(compiled, tuple) === undefined))
  const tuples = fc
    .array(fc.oneof({ weight: 12, arbitrary: valid }, { weight: 1, arbitrary: anyTuple }), { maxLength: 24 })
    .map(distinct)
  const seed: fc.Arbitrary<QuestionSeed> = fc.record({
    about: fc.nat(30),
    of: fc.nat(30),
    user: fc.oneof(
      { weight: 4, arbitrary: plainUser },
      { weight: 2, arbitrary: userset },
      { weight: 1, arbitrary: object },
    ),
    relation: fc.constantFrom(...relationNames, "parent" as const),
    object,
    useTupleObject: often,
    useTupleRelation: fc.boolean(),
    useTupleUser: often,
    contextualTuples: fc.oneof(
      { weight: 2, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: contextual },
    ),
    context: fc.oneof({ weight: 3, arbitrary: goodContext }, { weight: 1, arbitrary: contextValues }),
  })
  return fc
    .record({ tuples, seeds: fc.array(seed, { minLength: 6, maxLength: 6 }) })
    .map(({ tuples: stored, seeds }) => ({
      model,
      tuples: stored,
      questions: seeds
        .map((one) => questionFrom(one, stored))
        .filter(
          ({ user, relation: asked, object: on }) => isKnown(model, on, asked) && isKnownUser(model, user),
        ),
    }))
})

function isKnown(model: AuthorizationModel, on: string, asked: string): boolean {
  const definition = model.type_definitions.find(({ type }) => on.startsWith(`${type}:`))
  return Object.hasOwn(definition?.relations ?? {}, asked)
}

function isKnownUser(model: AuthorizationModel, user: string): boolean {
  const [on = "", asked] = user.split("#")
  return asked === undefined || isKnown(model, on, asked)
}
