import { describe } from "vitest"
import { describeCases } from "./describe-cases.ts"
import { evaluatorSubject } from "./evaluator-subject.ts"

describe("the evaluator answers OpenFGA's scenarios as OpenFGA does", () => {
  describeCases(() => evaluatorSubject)
})
