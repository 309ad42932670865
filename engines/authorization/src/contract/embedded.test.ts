import { afterAll, beforeAll, describe } from "vitest"
import { startTestEngine, type TestEngine } from "../testing/start-test-engine.ts"
import { wireContract } from "./wire-contract.ts"

let engine: TestEngine
beforeAll(async () => {
  engine = await startTestEngine()
})
afterAll(() => engine.close())

describe("the embedded engine keeps OpenFGA's wire", () => {
  wireContract(() => engine)
})
