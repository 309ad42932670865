import { afterAll, beforeAll, describe } from "vitest"
import type { ReplicaTarget } from "../replica/replica-target.ts"
import { startReal } from "../replica/start-real.ts"
import { describeAnswers } from "../replica/suite/answers.ts"
import { describeComparison } from "../replica/suite/comparison.ts"
import { describeFaults } from "../replica/suite/faults.ts"
import { describeFollowing } from "../replica/suite/following.ts"

let target: ReplicaTarget
beforeAll(async () => {
  target = await startReal()
})
afterAll(() => target[Symbol.asyncDispose]())

describe("a replica of the real OpenFGA", () => {
  describe("follows", () => describeFollowing(() => target))
  describe("answers", () => describeAnswers(() => target))
  describe("compares", () => describeComparison(() => target))
  describe("survives", () => describeFaults(() => target))
})
