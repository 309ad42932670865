import { afterAll, beforeAll, describe } from "vitest"
import type { ReplicaTarget } from "./replica-target.ts"
import { startEmbedded } from "./start-embedded.ts"
import { describeFollowing } from "./suite/following.ts"

let target: ReplicaTarget
beforeAll(async () => {
  target = await startEmbedded()
})
afterAll(() => target[Symbol.asyncDispose]())

describe("a replica of the embedded engine follows", () => describeFollowing(() => target))
