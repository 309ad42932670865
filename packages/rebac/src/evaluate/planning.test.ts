import { assertDefined } from "@gatehouse/kernel"
import { expect, test } from "vitest"
import { createEvaluator } from "../create-evaluator.ts"
import { Explainer } from "../explain/explain.ts"
import { compileModel } from "../model/compiled-model.ts"
import { Planner } from "../model/plan.ts"
import { createTupleStore, graphOf } from "../store/tuple-store.ts"
import { checkOf, modelOf, tupleOf } from "../testing/model-builder.ts"
import { Session } from "./session.ts"
import { Navigator } from "./view.ts"

const times = <Item>(count: number, make: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_, index) => make(index))

/** Relations each of which is computed from the next, and given as `users` says. */
function chain(count: number, users: (next: string) => string) {
  const relations = times(count, (index) => {
    const next = `r${index + 1}`
    return `    define r${index}: [${users(next)}] or ${next}`
  })
  return compileModel(
    modelOf(
      `type user\ntype document\n  relations\n${relations.join("\n")}\n    define r${count}: [user, document#r0]`,
    ),
  )
}

test("relations that all lead to each other are planned by one question after the other, and then answer", () => {
  const count = 300
  const store = createTupleStore()
  store.write({
    writes: [
      ...times(count, (index) => tupleOf(`document:a#r${index}@document:b#r${index + 1}`)),
      tupleOf(`document:b#r${count}@user:x`),
    ],
  })
  const evaluator = createEvaluator(
    chain(count, (next) => `user, document#${next}`),
    store,
  )
  const question = "document:a#r7@user:x"
  expect(checkOf(evaluator, question)).toBe("rebac.resolution_too_complex")
  const answers = times(20, () => checkOf(evaluator, question))
  expect(answers.at(-1)).toBe("allowed")
  expect(checkOf(evaluator, "document:a#r7@user:y")).toBe("denied")
})

test("relations that lead to each other two at a time are planned by a few questions, each going on where the last one was cut", () => {
  const count = 100
  const relations = times(
    count,
    (index) => `    define p${index}: [folder]
    define q${index}: [user] or r0
    define s${index}: [user] or q${index}
    define r${index}: [user] or r${index + 1} or q${index} from p${index} or s${(index + 1) % count} from p${index}`,
  )
  const model = modelOf(
    `type user\ntype folder\n  relations\n${relations.join("\n")}\n    define r${count}: [user]`,
  )
  const store = createTupleStore()
  store.write({
    writes: [
      ...times(count, (index) => tupleOf(`folder:a#p${index}@folder:b`)),
      tupleOf("folder:b#q7@user:x"),
    ],
  })
  const evaluator = createEvaluator(compileModel(model), store)
  expect(times(5, () => checkOf(evaluator, "folder:a#r3@user:x")).at(-1)).toBe("allowed")
})

test("the plan of a relation is made once", () => {
  const { schema, ruled } = chain(100, () => "user")
  const planner = new Planner(schema, ruled)
  const relation = assertDefined(schema.types.get("document")?.get("r0"), "the model defines it")
  const plan = planner.planOf("document", [relation])
  const { folded } = planner
  expect(planner.planOf("document", [relation])).toBe(plan)
  expect(planner.folded).toBe(folded)
})

test("a view of very many relations takes in a new class of tuples without going over its relations", () => {
  let looks = 0
  class CountingNavigator extends Navigator {
    override classesOf(...args: Parameters<Navigator["classesOf"]>) {
      looks++
      return super.classesOf(...args)
    }
  }
  const model = chain(500, () => "user")
  const store = createTupleStore()
  store.write({ writes: times(20, (index) => tupleOf(`document:a#r${index}@user:y`)) })
  const graph = graphOf(store)
  const session = new Session(model, graph, new CountingNavigator(model, graph.symbols))
  const check = (user: string) => session.check({ user, relation: "r0", object: "document:a" })
  check("user:y")
  looks = 0
  store.write({ writes: [tupleOf("document:a#r400@user:x")] })
  const allowed = check("user:y")
  expect(check("user:x")).toBe(allowed)
  expect(looks).toBe(0)
})

test("an explanation over very many relations ends early and says so, before it has planned them all", () => {
  const model = chain(1_000, () => "user")
  const store = createTupleStore()
  store.write({ writes: [tupleOf("document:a#r0@user:y")] })
  const session = new Session(model, graphOf(store))
  const query = { user: "user:x", relation: "r0", object: "document:a" }
  const explanation = new Explainer(session).explain(query)
  expect(explanation).toMatchObject({ allowed: false, complete: false })
  expect(session.navigator.plainAsker("user")?.planner.size).toBeLessThan(100)
})

test("an explanation whose planning was cut takes nothing for denied that it has not looked at", () => {
  const count = 300
  const chained = times(
    count,
    (index) => `    define r${index}: [user, document#r${index + 1}] or r${index + 1}`,
  )
  const model = compileModel(
    modelOf(
      `type user\ntype document\n  relations\n    define given: [user]\n    define large: [document#r0, document#small]\n    define small: [user]\n    define asked: given but not (large or small)\n${chained.join("\n")}\n    define r${count}: [user, document#r0]`,
    ),
  )
  const store = createTupleStore()
  store.write({
    writes: [
      tupleOf("document:b#large@document:c#r0"),
      tupleOf("document:b#large@document:c#small"),
      ...times(count, (index) => tupleOf(`document:b#r${index}@document:c#r${index + 1}`)),
      tupleOf("document:a#small@user:x"),
    ],
  })
  const query = { user: "user:x", relation: "asked", object: "document:a" }
  const { tree, complete } = createEvaluator(model, store).explain(query)
  const shown = JSON.stringify(tree)
  expect(complete).toBe(false)
  expect(shown).toContain('"relation":"large","outcome":"error","cut":true')
  expect(shown).not.toContain('"relation":"small","outcome":"false"')
})
