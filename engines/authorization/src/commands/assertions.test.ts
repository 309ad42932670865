import { turnsDuring } from "@gatehouse/kernel/testing"
import { compileModel } from "@gatehouse/rebac"
import { expect, test } from "vitest"
import { type Assertion, assertFit } from "./assertions.ts"

test("others have their turn before each assertion that is looked at", async () => {
  const documents = {
    type: "document",
    relations: { viewer: { this: {} } },
    metadata: { relations: { viewer: { directly_related_user_types: [{ type: "user" }] } } },
  }
  const model = compileModel({ schema_version: "1.1", type_definitions: [{ type: "user" }, documents] })
  const assertions = Array.from({ length: 100 }, (_, index): Assertion => {
    const question = { user: `user:${index}`, relation: "viewer", object: "document:1" }
    return { question, expectation: true, contextualTuples: [], context: null }
  })
  const turns = await turnsDuring(() => assertFit(model, assertions))
  expect(turns).toBeGreaterThanOrEqual(100)
})

test("an assertion about a relation that no single question can plan is taken, one about an unknown relation is not", async () => {
  const count = 100
  const computed = (relation: string) => ({ computedUserset: { relation } })
  const assigned = { this: {} }
  const relations = Array.from({ length: count }, (_, index) => ({
    [`part${index}`]: { union: { child: [assigned, computed("chain0")] } },
    [`chain${index}`]: { union: { child: [assigned, computed(`chain${index + 1}`)] } },
    [`asked${index}`]: {
      union: {
        child: [
          { intersection: { child: [computed(`part${index}`), computed(`part${(index + 1) % count}`)] } },
          computed(`asked${index + 1}`),
        ],
      },
    },
  }))
  const document = Object.assign({ [`chain${count}`]: assigned, [`asked${count}`]: assigned }, ...relations)
  const given = Object.keys(document).filter((name) => !name.startsWith("asked") || name === `asked${count}`)
  const users = { directly_related_user_types: [{ type: "user" }] }
  const metadata = { relations: Object.fromEntries(given.map((name) => [name, users])) }
  const model = compileModel({
    schema_version: "1.1",
    type_definitions: [{ type: "user" }, { type: "document", relations: document, metadata }],
  })
  const assertion = (relation: string): Assertion => {
    const question = { user: "user:x", relation, object: "document:1" }
    return { question, expectation: true, contextualTuples: [], context: null }
  }
  await assertFit(model, [assertion("asked0")])
  await expect(assertFit(model, [assertion("unknown")])).rejects.toMatchObject({
    details: { code: "validation_error" },
  })
})
