import { type Assertion, readAssertions, writeAssertions } from "../commands/assertions.ts"
import { maximumAssertions } from "../wire/limits.ts"
import { parseBareContextualTuples, parseQuestion } from "../wire/parse-tuple.ts"
import type { WireMessage } from "../wire/proto-json.ts"
import { showTupleKey } from "../wire/show-tuple.ts"
import { requireAtMost, requiredViolation, requirePattern, wirePatterns } from "../wire/violations.ts"
import { type Route, storeOf, type WireRequest } from "./route.ts"

const path = "/stores/:store/assertions/:model"

function modelOf(request: WireRequest, message: string): string {
  const modelId = request.path("model")
  requirePattern(modelId, wirePatterns.ulid, message, "AuthorizationModelId")
  return modelId
}

function parseAssertion(message: WireMessage): Assertion {
  const key = message.message("tuple_key")
  if (key === undefined) throw requiredViolation("Assertion", "TupleKey")
  return {
    question: parseQuestion(key, "AssertionTupleKey"),
    expectation: message.boolean("expectation"),
    contextualTuples: parseBareContextualTuples(message, "Assertion"),
    context: message.struct("context") ?? null,
  }
}

function showAssertion({ question, expectation, contextualTuples, context }: Assertion): object {
  const { object, relation, user } = question
  return {
    tuple_key: { object, relation, user },
    expectation,
    contextual_tuples: contextualTuples.map(showTupleKey),
    context,
  }
}

/** Assertions of a model: replace, read. */
export const assertionRoutes: readonly Route[] = [
  {
    method: "PUT",
    path,
    handle: async (engine, request) => {
      const message = "WriteAssertionsRequest"
      const store = storeOf(request, message)
      const modelId = modelOf(request, message)
      const assertions = request.body.messages("assertions")
      requireAtMost(assertions.length, maximumAssertions, message, "Assertions", "item(s)")
      await writeAssertions(engine, store, modelId, assertions.map(parseAssertion))
      return { status: 204, store, modelId }
    },
  },
  {
    method: "GET",
    path,
    handle: async (engine, request) => {
      const store = storeOf(request, "ReadAssertionsRequest")
      const modelId = modelOf(request, "ReadAssertionsRequest")
      const assertions = await readAssertions(engine, store, modelId)
      return {
        body: { authorization_model_id: modelId, assertions: assertions.map(showAssertion) },
        store,
        modelId,
      }
    },
  },
]
