import { afterAll, beforeAll, describe } from "vitest"
import {
  startTestEngine,
  type TestEngine,
} from "../../engines/authorization/src/testing/start-test-engine.ts"
import { describeCases } from "./describe-cases.ts"
import { createHttpSubject } from "./http-subject.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.close())

describe("the engine's HTTP API answers OpenFGA's scenarios as OpenFGA does", () => {
  describeCases(() => createHttpSubject(engine))
})
