import { turnsDuring } from "@gatehouse/kernel/testing"
import { compileModel } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { createRemoteAuthorizer } from "../remote-authorizer.ts"
import { StoreFollower } from "./follow-store.ts"
import { momentOf } from "./moments.ts"
import { ReplicaAnswers } from "./replica-answers.ts"
import { defaultTimings } from "./replica-options.ts"
import { SimulatedStore } from "./testing/simulated-store.ts"

const model = compileModel({
  schema_version: "1.1",
  type_definitions: [
    { type: "user" },
    {
      type: "document",
      relations: { viewer: { this: {} } },
      metadata: { relations: { viewer: { directly_related_user_types: [{ type: "user" }] } } },
    },
  ],
})
const question = SimulatedStore.tupleOf(0)

/** What answers from a simulated store's tuples, and from nothing else: no server is there. */
async function answering(): Promise<ReplicaAnswers> {
  const store = new SimulatedStore()
  const follower = new StoreFollower({
    createReader: (onSighting) => store.createReader(onSighting),
    readModel: async () => model,
    clock: store.clock,
    timings: defaultTimings,
    logger: undefined,
  })
  await follower.step(momentOf(store.clock))
  const remote = createRemoteAuthorizer({ url: "http://127.0.0.1:9", storeId: "S", modelId: "M" })
  return new ReplicaAnswers(follower, remote, defaultTimings)
}

test("who asks in batches and awaits in a circle lets everything else run", async () => {
  const answers = await answering()
  // Many times what fits into some slices of 15 ms.
  const most = 3_000_000
  let asked = 0
  await turnsDuring(async (turns) => {
    for (; turns() < 5 && asked < most; asked++) await answers.batchCheck([question])
  })
  expect(asked).toBeLessThan(most)
})

test("many who ask at once let everything else run", async () => {
  const answers = await answering()
  const turns = await turnsDuring(() =>
    Promise.all(Array.from({ length: 100_000 }, () => answers.check(question))),
  )
  expect(turns).toBeGreaterThan(3)
})
