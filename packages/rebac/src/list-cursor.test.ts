import { describe, expect, test } from "vitest"
import type { Evaluator } from "./evaluator.ts"
import type { ListObjectsAnswer, ListObjectsQuery } from "./queries.ts"
import { evaluatorOf, tupleOf } from "./testing/model-builder.ts"

const types = `
type user
type group
  relations
    define parent: [group]
    define member: [user]
type project
  relations
    define viewer: [user]
type document
  relations
    define project: [project]
    define blocked: [user, group#member]
    define open: viewer from project
    define viewer: open but not blocked
`
const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))
const documents = (count: number, from = 0) =>
  times(count, (index) => tupleOf(`document:${from + index}#project@project:p`))
const question = (relation: string, limit?: number): ListObjectsQuery => ({
  user: "user:x",
  relation,
  type: "document",
  limit,
})

/** All parts, each asked for after the one before. `between` runs before every part but the first. */
function parts(
  evaluator: Evaluator,
  query: ListObjectsQuery,
  between: (part: number) => void = () => {},
): ListObjectsAnswer[] {
  const answers = [evaluator.listObjects(query)]
  for (let cursor = answers[0]?.cursor; cursor !== undefined; cursor = answers.at(-1)?.cursor) {
    between(answers.length)
    answers.push(cursor.next())
  }
  return answers
}
const names = (answers: readonly ListObjectsAnswer[]) => answers.flatMap(({ objects }) => objects)
const expected = (count: number, from = 0) => times(count, (index) => `document:${from + index}`).toSorted()

describe("a list that is not complete goes on at its cursor", () => {
  test("parts are together the whole list, each object once, over the limit and over the budget", () => {
    const { evaluator } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(60_000)])
    for (const relation of ["open", "viewer"])
      for (const limit of [7_000, undefined]) {
        const answers = parts(evaluator, question(relation, limit))
        expect(answers.length).toBeGreaterThan(2)
        expect(answers.at(-1)).toMatchObject({ complete: true })
        for (const { objects } of answers) expect(objects.length).toBeLessThanOrEqual(limit ?? 60_000)
        expect(names(answers).toSorted()).toEqual(expected(60_000))
      }
  })

  test("where nothing that is found belongs to the list, parts come to an end all the same", () => {
    const { evaluator } = evaluatorOf(types, [
      "project:p#viewer@user:x",
      ...documents(30_000),
      ...times(30_000, (index) => `document:${index}#blocked@user:x`),
      ...times(90_000, (index) => `project:${index}#viewer@user:x`),
    ])
    const answers = parts(evaluator, question("viewer"))
    expect(answers.length).toBeGreaterThan(2)
    expect(names(answers)).toEqual([])
    expect(answers.at(-1)).toMatchObject({ complete: true })
  })

  test("other questions between two parts change nothing", () => {
    const { evaluator } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(3_000)])
    const answers = parts(evaluator, question("viewer", 500), () => {
      expect(evaluator.check({ user: "user:y", relation: "viewer", object: "document:1" }).allowed).toBe(
        false,
      )
      expect(evaluator.listObjects({ ...question("viewer"), user: "user:y" }).objects).toEqual([])
      evaluator.explain({ user: "user:y", relation: "viewer", object: "document:1" })
    })
    expect(names(answers).toSorted()).toEqual(expected(3_000))
  })

  test("contextual tuples count for every part", () => {
    const { evaluator } = evaluatorOf(types, documents(1_000))
    const contextualTuples = [
      tupleOf("project:p#viewer@user:x"),
      tupleOf("document:new#project@project:p"),
      tupleOf("document:5#blocked@user:x"),
    ]
    const answers = parts(evaluator, { ...question("viewer", 300), contextualTuples })
    expect(names(answers).toSorted()).toEqual(
      [...expected(1_000), "document:new"].filter((name) => name !== "document:5").toSorted(),
    )
  })
})

describe("a list whose store changes between two parts", () => {
  test("never gives what was taken away before the part, and gives all that was there all the time", () => {
    const { evaluator, store } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(2_000)])
    for (const relation of ["open", "viewer"]) {
      const first = evaluator.listObjects(question(relation, 500))
      const gone = expected(2_000).find((name) => !first.objects.includes(name)) ?? ""
      store.write({ deletes: [tupleOf(`${gone}#project@project:p`)], writes: documents(100, 5_000) })
      const rest: ListObjectsAnswer[] = []
      for (let { cursor } = first; cursor !== undefined; cursor = rest.at(-1)?.cursor)
        rest.push(cursor.next())
      const all = [...first.objects, ...names(rest)]
      expect(new Set(all).size).toBe(all.length)
      expect(all).not.toContain(gone)
      expect(all.toSorted()).toEqual(
        [...expected(2_000), ...expected(100, 5_000)].filter((name) => name !== gone).toSorted(),
      )
      store.write({
        writes: [tupleOf(`${gone}#project@project:p`)],
        deletes: documents(100, 5_000),
      })
    }
  })

  test("gives the rest, each object once, though what was given is taken away", () => {
    const { evaluator, store } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(2_000)])
    const first = evaluator.listObjects(question("open", 300))
    store.write({ deletes: first.objects.map((name) => tupleOf(`${name}#project@project:p`)) })
    const rest = first.cursor?.next(2_000)
    expect(rest).toMatchObject({ complete: true })
    expect([...first.objects, ...(rest?.objects ?? [])].toSorted()).toEqual(expected(2_000))
  })

  test("ends with nothing once the access itself is gone", () => {
    const { evaluator, store } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(2_000)])
    const { cursor } = evaluator.listObjects(question("open", 500))
    store.write({ deletes: [tupleOf("project:p#viewer@user:x")] })
    expect(cursor?.next()).toEqual({ objects: [], complete: true })
  })

  test("comes to its end though something changes before every part", () => {
    const { evaluator, store } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(2_000)])
    const answers = parts(evaluator, question("viewer", 300), (part) =>
      store.write({ writes: [tupleOf(`project:other-${part}#viewer@user:y`)] }),
    )
    expect(answers).toHaveLength(7)
    expect(names(answers).toSorted()).toEqual(expected(2_000))
  })

  test("gets on by whole parts where what changes has nothing to do with it, however long it is", () => {
    const { evaluator, store } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(40_000)])
    for (const relation of ["open", "viewer"]) {
      const answers = parts(evaluator, question(relation), (part) => {
        if (part > 30) throw new Error("the list gets nowhere")
        store.write({ writes: [tupleOf(`project:other-${part}#viewer@user:y`)] })
      })
      expect(names(answers).toSorted()).toEqual(expected(40_000))
    }
  })

  test("sees who is excluded meanwhile though no tuple named him before", () => {
    const { evaluator, store } = evaluatorOf(types, documents(1_000))
    const contextualTuples = [tupleOf("project:p#viewer@user:x")]
    const { cursor, objects } = evaluator.listObjects({ ...question("viewer", 10), contextualTuples })
    const blocked = expected(1_000).filter((name) => !objects.includes(name))
    store.write({ writes: blocked.map((name) => tupleOf(`${name}#blocked@user:x`)) })
    expect(cursor?.next(1_000)).toEqual({ objects: [], complete: true })
  })

  test("does not mistake an object that comes for one that went, though it has its number", () => {
    const { evaluator, store } = evaluatorOf(types, [
      "group:g#parent@group:z",
      "project:p#viewer@user:x",
      ...documents(50),
    ])
    const contextualTuples = [
      tupleOf("group:g#member@user:x"),
      ...expected(50).map((name) => tupleOf(`${name}#blocked@group:g#member`)),
    ].slice(0, 40)
    const answers = parts(evaluator, { ...question("viewer", 2), contextualTuples }, (part) =>
      store.write(
        part === 1
          ? { deletes: [tupleOf("group:g#parent@group:z")], writes: [tupleOf("group:h#parent@group:i")] }
          : {},
      ),
    )
    expect(answers.length).toBeGreaterThan(3)
    expect(names(answers).toSorted()).toEqual(expected(50).slice(39))
  })
})

test("a cursor is good for one call, and a complete list has none", () => {
  const { evaluator } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(10)])
  const { cursor } = evaluator.listObjects(question("viewer", 4))
  expect(cursor?.next(100)).not.toHaveProperty("cursor")
  expect(() => cursor?.next()).toThrow(expect.objectContaining({ code: "rebac.invalid_request" }))
})

test("the checks of a batch are answered in their order, and one that fails is a denial of its own", () => {
  const { evaluator } = evaluatorOf(types, ["project:p#viewer@user:x", ...documents(2)])
  const check = (relation: string, object: string) => ({ user: "user:x", relation, object })
  const answers = [
    ...evaluator.batchCheck([
      check("viewer", "document:0"),
      check("missing", "document:0"),
      check("viewer", "document:7"),
      check("viewer", "document:1"),
    ]),
  ]
  expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, false, true])
  expect(answers[1]).toMatchObject({ error: { code: "rebac.invalid_request" } })
})
