import type { RelationshipTuple } from "@gatehouse/rebac"
import fc from "fast-check"
import { expect, test } from "vitest"
import { createNaiveEvaluator } from "../../../../packages/rebac/src/testing/naive-evaluator.ts"
import { type Decider, type MakeDecider, modelOf, tuple, type Verdict } from "../decider.ts"

const model = modelOf(`
type user
type employee
type group
  relations
    define member: [user, user:*, employee, group#member]
type folder
  relations
    define viewer: [user, user:*, group#member]
type document
  relations
    define parent: [folder]
    define viewer: [user, user:*, employee, employee:*, group#member] or viewer from parent
    define banned: [user, user:*, group#member]
    define reader: viewer but not banned
    define signer: viewer and banned
`)

const candidates: readonly RelationshipTuple[] = [
  "user:a viewer document:1",
  "user:* viewer document:1",
  "employee:a viewer document:1",
  "employee:* viewer document:1",
  "group:g#member viewer document:1",
  "group:h#member viewer document:1",
  "user:a member group:g",
  "user:* member group:g",
  "employee:a member group:h",
  "user:b member group:h",
  "group:h#member member group:g",
  "group:g#member member group:h",
  "folder:f parent document:1",
  "folder:f parent document:2",
  "user:b viewer folder:f",
  "user:* viewer folder:f",
  "group:h#member viewer folder:f",
  "user:a banned document:1",
  "user:* banned document:1",
  "group:g#member banned document:1",
  "user:b banned document:2",
].map((text) => tuple(text))

const users = ["user:a", "user:b", "user:c", "employee:a", "employee:b", "group:g#member", "group:h#member"]
const objects = ["document:1", "document:2"]
const relations = ["viewer", "reader", "signer"]
const questions = users.flatMap((user) =>
  objects.flatMap((object) => relations.map((relation) => ({ user, relation, object }))),
)

const verdictOf = { true: "allow", false: "deny", cycle: "deny", error: "error" } as const satisfies Record<
  string,
  Verdict
>

/** How much a row tries: over HTTP each run costs a second, in process a millisecond. */
export interface Effort {
  readonly runs: number
}

/** Some of the candidates, in some order. */
const stored = fc.shuffledSubarray([...candidates])

function eachStore(
  make: MakeDecider,
  { runs }: Effort,
  examine: (decider: Decider, tuples: readonly RelationshipTuple[]) => Promise<void>,
) {
  return fc.assert(
    fc.asyncProperty(stored, async (tuples) => {
      const decider = await make(model)
      await decider.write(...tuples)
      await examine(decider, tuples)
    }),
    { numRuns: runs },
  )
}

/** Check equals the naive evaluator, whatever is mixed and in whatever order it was stored. */
export function mixedTuplesRow(make: MakeDecider, effort: Effort): void {
  test("check equals the definitions for every mix of public, direct and userset tuples, in every order", async () => {
    await eachStore(make, effort, async (decider, tuples) => {
      const naive = createNaiveEvaluator(model, tuples)
      const answers = await Promise.all(
        questions.map(({ user, relation, object }) => decider.check(user, relation, object)),
      )
      const found = questions.map((question, index) => ({ ...question, verdict: answers[index] }))
      expect(found).toEqual(
        questions.map((question) => ({ ...question, verdict: verdictOf[naive.check(question)] })),
      )
    })
  }, 120_000)
}

/** Lists equal what Check says of each. */
export function listsRow(make: MakeDecider, effort: Effort): void {
  test("every object listed passes check, and none that passes is missing", async () => {
    await eachStore(make, effort, async (decider) => {
      for (const user of users) {
        for (const relation of relations) {
          const verdicts = await Promise.all(objects.map((object) => decider.check(user, relation, object)))
          const passing = objects.filter((_, index) => verdicts[index] === "allow")
          expect({ user, relation, objects: await decider.listObjects(user, relation, "document") }).toEqual({
            user,
            relation,
            objects: passing,
          })
        }
      }
    })
  }, 120_000)

  test("every user listed passes check, and none that passes is missing, public access counted", async () => {
    await eachStore(make, effort, async (decider) => {
      for (const object of objects) {
        for (const relation of relations) {
          for (const type of ["user", "employee"]) {
            const listed = (await decider.listUsers(object, relation, type)) ?? []
            const people = users.filter((user) => user.startsWith(`${type}:`))
            const verdicts = await Promise.all(people.map((user) => decider.check(user, relation, object)))
            const where = { object, relation, type, listed }
            for (const [index, user] of people.entries()) {
              if (listed.includes(user))
                expect({ ...where, user, verdict: verdicts[index] }).toMatchObject({ verdict: "allow" })
              if (verdicts[index] === "allow")
                expect({
                  ...where,
                  user,
                  isListed: listed.includes(user) || listed.includes(`${type}:*`),
                }).toMatchObject({ isListed: true })
            }
          }
        }
      }
    })
  }, 120_000)
}
