import { afterAll, beforeAll, describe } from "vitest"
import type { ReplicaTarget } from "./replica-target.ts"
import { startEmbedded } from "./start-embedded.ts"
import { describeAnswers } from "./suite/answers.ts"
import { describeComparison } from "./suite/comparison.ts"
import { describeFaults } from "./suite/faults.ts"
import { describeFollowing } from "./suite/following.ts"

let target: ReplicaTarget
beforeAll(async () => {
  target = await startEmbedded()
})
afterAll(() => target[Symbol.asyncDispose]())

describe("a replica of the embedded engine", () => {
  describe("follows", () => describeFollowing(() => target))
  describe("answers", () => describeAnswers(() => target))
  describe("compares", () => describeComparison(() => target))
  describe("survives", () => describeFaults(() => target))
})
