import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { AuthorizationModel, Userset } from "../authorization-model.ts"
import { createEvaluator } from "../create-evaluator.ts"
import { compileModel } from "../model/compiled-model.ts"
import { parseObject, type RelationshipTuple } from "../relationship-tuple.ts"
import { createTupleStore } from "../store/tuple-store.ts"
import { randomCase, randomModel } from "../testing/random-case.ts"
import { diff } from "./diff.ts"
import type { AccessGroup, ModelDiff, Verdict } from "./model-diff.ts"

/** Random pairs of models, some wholly different, some with one type taken from another. */
const CASES = 120
/** A change is judged by the same cases as the one before it. */
const SEED = 20_261_122

const randomPair = fc
  .tuple(randomCase, randomModel, fc.constantFrom("all", "group", "folder", "doc"))
  .map(([one, other, type]) => ({
    ...one,
    other: type === "all" ? other : withTypeOf(one.model, other, type),
  }))

function withTypeOf(model: AuthorizationModel, other: AuthorizationModel, type: string): AuthorizationModel {
  return {
    ...model,
    type_definitions: model.type_definitions.map((definition) =>
      definition.type === type
        ? (other.type_definitions.find((one) => one.type === type) ?? definition)
        : definition,
    ),
  }
}

function compiles(model: AuthorizationModel): boolean {
  try {
    compileModel(model)
    return true
  } catch {
    return false
  }
}

/** One user, relation and object, as text. */
type Key = string

/** Both models' answers about every user, relation and object that there is, asked one by one, over all tuples or some. */
function bruteForce(
  before: AuthorizationModel,
  after: AuthorizationModel,
  tuples: readonly RelationshipTuple[],
  context: Readonly<Record<string, unknown>>,
  stored = tuples,
): Map<Key, readonly [Verdict, Verdict]> {
  const users = new Set(tuples.map(({ user }) => user))
  const objects = new Set(
    tuples
      .flatMap(({ user, object }) => [object, user.split("#")[0] ?? ""])
      .filter((name) => !name.endsWith(":*")),
  )
  const relations = new Map(
    [before, after].flatMap((model) =>
      model.type_definitions.flatMap(({ type, relations: of }) =>
        Object.keys(of ?? {}).map((relation) => [`${type}#${relation}`, { type, relation }] as const),
      ),
    ),
  )
  const askBefore = verdictsOf(before, stored, context)
  const askAfter = verdictsOf(after, stored, context)
  const answers = new Map<Key, readonly [Verdict, Verdict]>()
  for (const user of users)
    for (const object of objects)
      for (const { type, relation } of relations.values())
        if (parseObject(object)?.type === type)
          answers.set(`${user} ${relation} ${object}`, [
            askBefore(user, relation, object),
            askAfter(user, relation, object),
          ])
  return answers
}

function verdictsOf(
  model: AuthorizationModel,
  tuples: readonly RelationshipTuple[],
  context: Readonly<Record<string, unknown>>,
): (user: string, relation: string, object: string) => Verdict {
  const store = createTupleStore()
  store.write({ writes: tuples })
  const evaluator = createEvaluator(compileModel(model), store)
  return (user, relation, object) => {
    try {
      return evaluator.check({ user, relation, object, context }).allowed ? "allowed" : "denied"
    } catch (error) {
      const { code } = error as { code: string }
      return code === "rebac.condition_failed" || code === "rebac.resolution_too_complex"
        ? "undecided"
        : "denied"
    }
  }
}

function flat({ groups }: ModelDiff): Map<Key, readonly [Verdict, Verdict]> {
  return new Map(
    groups.flatMap(({ user, relation, gains, losses, undecided }) =>
      [...gains, ...losses, ...undecided].map(
        ({ object, before, after }) => [`${user} ${relation} ${object}`, [before, after]] as const,
      ),
    ),
  )
}

/**
 * What the difference gives must be what brute force gives. Where a check cannot be decided, a list may know better: nothing that could
 * be decided either way leads from the user to the object, so that it is denied.
 */
function disagreements(found: ModelDiff, answers: ReadonlyMap<Key, readonly [Verdict, Verdict]>): Key[] {
  const changes = flat(found)
  const unknown = [...changes.keys()].filter((key) => !answers.has(key))
  const wrong = [...answers].filter(([key, asked]) => {
    const change = changes.get(key)
    if (change !== undefined) return !asked.every((one, side) => agrees(change[side], one))
    return asked[0] !== asked[1] && asked.includes("allowed")
  })
  return [...unknown, ...wrong.map(([key, asked]) => `${key}: ${asked}, not ${changes.get(key)}`)]
}

/** Changes that are called conditional although they would be there without any tuple that has a condition, or the reverse. */
function wronglyConditional(
  { groups }: ModelDiff,
  answersWithoutConditions: ReadonlyMap<Key, readonly [Verdict, Verdict]>,
): Key[] {
  return groups.flatMap(({ user, relation, gains, losses, undecided }) =>
    [...gains, ...losses, ...undecided].flatMap(({ object, before, after, conditional }) => {
      const key = `${user} ${relation} ${object}`
      const [old, now] = answersWithoutConditions.get(key) ?? ["denied", "denied"]
      return conditional === (old !== before || now !== after) ? [] : [key]
    }),
  )
}

function agrees(found: Verdict | undefined, asked: Verdict): boolean {
  return found === asked || (asked === "undecided" && found === "denied")
}

test("the difference equals asking every user, relation and object of both models one by one", async () => {
  let changed = 0
  let undecided = 0
  let unaffected = 0
  await fc.assert(
    fc.asyncProperty(
      randomPair.filter(({ other }) => compiles(other)),
      async ({ model, other, tuples, questions }) => {
        const context = questions[0]?.context ?? {}
        const found = await diff(compileModel(model), compileModel(other), tuples, { context })
        expect(disagreements(found, bruteForce(model, other, tuples, context))).toEqual([])
        const free = tuples.filter(({ condition }) => condition === undefined)
        expect(wronglyConditional(found, bruteForce(model, other, tuples, context, free))).toEqual([])
        expect(found.complete).toBe(true)
        changed += found.counts.gains + found.counts.losses
        undecided += found.counts.undecided
        if (found.affected.length < 12) unaffected++
      },
    ),
    { numRuns: CASES, seed: SEED },
  )
  expect(changed).toBeGreaterThan(CASES)
  expect(undecided).toBeGreaterThan(0)
  expect(unaffected).toBeGreaterThan(0)
}, 120_000)

const direct: Userset = { this: {} }
const computed = (relation: string): Userset => ({ computedUserset: { relation } })
const union = (...child: Userset[]): Userset => ({ union: { child } })

interface Relations {
  readonly [name: string]: { readonly rewrite: Userset; readonly users?: readonly object[] }
}

function modelOf(types: Readonly<Record<string, Relations>>, conditions = {}) {
  return compileModel({
    schema_version: "1.1",
    type_definitions: Object.entries(types).map(([type, relations]) => ({
      type,
      relations: Object.fromEntries(Object.entries(relations).map(([name, { rewrite }]) => [name, rewrite])),
      metadata: {
        relations: Object.fromEntries(
          Object.entries(relations).map(([name, { users = [] }]) => [
            name,
            { directly_related_user_types: users as { type: string }[] },
          ]),
        ),
      },
    })),
    conditions,
  })
}

const user = { type: "user" }
const doc = {
  owner: { rewrite: direct, users: [user] },
  viewer: { rewrite: union(direct, computed("owner")), users: [user, { type: "group", relation: "member" }] },
}
const group = { member: { rewrite: direct, users: [user] } }
const old = modelOf({ user: {}, group, doc })
const tuples: RelationshipTuple[] = [
  { user: "user:anne", relation: "owner", object: "doc:1" },
  { user: "group:eng#member", relation: "viewer", object: "doc:1" },
  { user: "user:bob", relation: "member", object: "group:eng" },
  { user: "user:carl", relation: "viewer", object: "doc:2" },
]
const summary = ({ groups }: ModelDiff) =>
  groups.map(({ user: who, relation, type, gains, losses }: AccessGroup) => [
    who,
    relation,
    type,
    gains.map(({ object }) => object),
    losses.map(({ object }) => object),
  ])

describe("diff", () => {
  test("of a model with itself is empty, and nothing is asked for it", async () => {
    const found = await diff(old, modelOf({ doc, user: {}, group }), tuples, { workBudget: 0 })
    expect(found).toMatchObject({
      affected: [],
      groups: [],
      counts: { gains: 0, losses: 0, undecided: 0 },
      universe: { users: 4, objects: 6 },
      complete: true,
    })
  })

  test("names who gains and loses, by type, relation and user, whatever the order of the tuples", async () => {
    const next = modelOf({
      user: {},
      group,
      doc: {
        ...doc,
        viewer: { ...doc.viewer, rewrite: direct },
        owner: { ...doc.owner, rewrite: union(direct, computed("viewer")) },
      },
    })
    const found = await diff(old, next, tuples)
    expect(summary(found)).toEqual([
      ["group:eng#member", "owner", "doc", ["doc:1"], []],
      ["user:bob", "owner", "doc", ["doc:1"], []],
      ["user:carl", "owner", "doc", ["doc:2"], []],
      ["user:anne", "viewer", "doc", [], ["doc:1"]],
    ])
    expect(found.counts).toEqual({ gains: 3, losses: 1, undecided: 0 })
    expect(await diff(old, next, [...tuples].reverse())).toEqual(found)
    const back = await diff(next, old, tuples)
    expect(back.counts).toEqual({ gains: 1, losses: 3, undecided: 0 })
  })

  test("tells of types and relations that one model alone has, and who holds them", async () => {
    const next = modelOf({
      user: {},
      group,
      team: {},
      doc: { owner: doc.owner, viewer: doc.viewer, editor: { rewrite: computed("owner") } },
    })
    expect(await diff(old, next, tuples)).toMatchObject({
      types: { added: ["team"], removed: [] },
      relations: { added: [{ type: "doc", relation: "editor" }], removed: [] },
      affected: [],
      groups: [{ user: "user:anne", relation: "editor", gains: [{ object: "doc:1" }], losses: [] }],
    })
    expect(await diff(next, old, tuples)).toMatchObject({
      types: { added: [], removed: ["team"] },
      relations: { added: [], removed: [{ type: "doc", relation: "editor" }] },
      groups: [{ user: "user:anne", relation: "editor", gains: [], losses: [{ object: "doc:1" }] }],
    })
  })

  test("everyone of a type stands for those whom no tuple names", async () => {
    const open = modelOf({
      user: {},
      group,
      doc: {
        ...doc,
        viewer: { ...doc.viewer, users: [...doc.viewer.users, { type: "user", wildcard: {} }] },
      },
    })
    const found = await diff(old, open, [{ user: "user:*", relation: "viewer", object: "doc:1" }])
    expect(summary(found)).toEqual([["user:*", "viewer", "doc", ["doc:1"], []]])
    expect(found.tuples.revived).toMatchObject({ count: 1, tuples: [{ tuple: { user: "user:*" } }] })
    expect(found.tuples.dropped.count).toBe(0)
    expect(found.tuples.ignored.count).toBe(0)
    const none = await diff(old, open, [{ user: "robot:1", relation: "viewer", object: "doc:1" }])
    expect(none).toMatchObject({ groups: [], tuples: { ignored: { count: 1 }, revived: { count: 0 } } })
    const back = await diff(open, old, [{ user: "user:*", relation: "viewer", object: "doc:1" }])
    expect(back.tuples.dropped).toMatchObject({
      count: 1,
      tuples: [{ reason: expect.stringContaining("not an allowed type restriction") }],
    })
  })

  const conditions = (limit: number) => ({
    low: {
      name: "low",
      expression: `x < ${limit}`,
      parameters: { x: { type_name: "TYPE_NAME_INT" } },
    },
  })
  const bound = (limit: number) =>
    modelOf(
      { user: {}, doc: { viewer: { rewrite: direct, users: [{ ...user, condition: "low" }] } } },
      conditions(limit),
    )
  const boundTuples: RelationshipTuple[] = [
    { user: "user:anne", relation: "viewer", object: "doc:1", condition: { name: "low" } },
    { user: "user:anne", relation: "viewer", object: "doc:2", condition: { name: "low", context: { x: 1 } } },
  ]

  test("what a condition decides is conditional, and undecided while its parameter is missing", async () => {
    const found = await diff(bound(10), bound(20), boundTuples, { context: { x: 15 } })
    expect(found.groups).toEqual([
      {
        user: "user:anne",
        type: "doc",
        relation: "viewer",
        gains: [{ object: "doc:1", before: "denied", after: "allowed", conditional: true }],
        losses: [],
        undecided: [],
      },
    ])
    expect(await diff(bound(10), bound(20), boundTuples)).toMatchObject({
      groups: [
        {
          gains: [],
          losses: [],
          undecided: [{ object: "doc:1", before: "undecided", after: "undecided", conditional: true }],
        },
      ],
      counts: { gains: 0, losses: 0, undecided: 1 },
    })
    expect((await diff(bound(10), bound(20), boundTuples, { context: { x: 5 } })).groups).toEqual([])
  })

  test("a missing parameter costs checks of what could be held, not of every object there is", async () => {
    const others = Array.from({ length: 500 }, (_, index) => ({
      user: "user:bob",
      relation: "viewer",
      object: `doc:${index}`,
      condition: { name: "low", context: { x: 1 } },
    }))
    const found = await diff(bound(10), bound(20), [...boundTuples, ...others], { workBudget: 1_200 })
    expect(found).toMatchObject({ complete: true, counts: { gains: 0, losses: 0, undecided: 1 } })
  })

  test("a change that a condition has no part in is not conditional", async () => {
    const found = await diff(
      old,
      modelOf({ user: {}, group, doc: { owner: doc.owner, viewer: { ...doc.viewer, rewrite: direct } } }),
      [...tuples, ...boundTuples],
    )
    expect(found.groups.map(({ losses }) => losses)).toEqual([
      [{ object: "doc:1", before: "allowed", after: "denied", conditional: false }],
    ])
  })

  test("a context that no question may carry is refused", async () => {
    await expect(diff(old, bound(1), [], { context: { x: "\u0000" } })).rejects.toMatchObject({
      code: "rebac.invalid_request",
    })
  })

  test("beyond its budget, or with more changes than it keeps, it says that it is incomplete", async () => {
    const next = modelOf({
      user: {},
      group,
      doc: { owner: doc.owner, viewer: { rewrite: computed("owner") } },
    })
    const whole = await diff(old, next, tuples)
    expect(whole).toMatchObject({ complete: true, counts: { losses: 3 } })
    const cut = await diff(old, next, tuples, { changesLimit: 2 })
    expect(cut).toMatchObject({ complete: false, counts: { losses: 3 } })
    expect(flat(cut).size).toBe(2)
    expect((await diff(old, next, tuples, { workBudget: 3 })).complete).toBe(false)
  })

  test("it lets others run while it compares", async () => {
    const many = Array.from({ length: 20_000 }, (_, index) => ({
      user: `user:${index}`,
      relation: "viewer",
      object: `doc:${index % 100}`,
    }))
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    const found = await diff(
      old,
      modelOf({ user: {}, group, doc: { owner: doc.owner, viewer: { rewrite: computed("owner") } } }),
      many,
    )
    clearInterval(timer)
    expect(found.counts.losses).toBe(20_000)
    expect(turns).toBeGreaterThan(0)
  })

  test("it lets others run while it checks one user's objects one by one", async () => {
    const many = Array.from({ length: 40_000 }, (_, index) => ({
      user: "user:anne",
      relation: "viewer",
      object: `doc:${index}`,
      condition: { name: "low" },
    }))
    // Time of this thread's processor, so that what others take on a busy machine is no hold.
    const spent = () => process.threadCpuUsage().user
    const begin = spent()
    let last = begin
    let longest = 0
    const note = () => {
      const now = spent()
      longest = Math.max(longest, now - last)
      last = now
    }
    const timer = setInterval(note, 1)
    const found = await diff(bound(10), bound(20), many)
    note()
    clearInterval(timer)
    expect(found.counts.undecided).toBe(many.length)
    expect(longest).toBeLessThan((last - begin) / 4)
  })

  test("ids of prototypes are ids like others", async () => {
    const odd = ["__proto__", "constructor", "toString"].map((id) => ({
      user: `user:${id}`,
      relation: "owner",
      object: `doc:${id}`,
    }))
    const found = await diff(
      old,
      modelOf({
        user: {},
        group,
        doc: { viewer: doc.viewer, owner: { rewrite: direct, users: [{ type: "group" }] } },
      }),
      odd,
    )
    expect(found.counts.losses).toBe(6)
  })
})
