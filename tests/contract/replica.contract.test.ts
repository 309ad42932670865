import { afterAll, beforeAll, describe } from "vitest"
import type { ReplicaTarget } from "../replica/replica-target.ts"
import { startReal } from "../replica/start-real.ts"
import { describeFollowing } from "../replica/suite/following.ts"

let target: ReplicaTarget
beforeAll(async () => {
  target = await startReal()
})
afterAll(() => target[Symbol.asyncDispose]())

describe("a replica of the real OpenFGA follows", () => describeFollowing(() => target))
