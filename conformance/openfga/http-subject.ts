import { errorNumber } from "./error-codes.ts"
import type { ListObjectsQuestion, Outcome, ServerUnderTest, Subject } from "./subject.ts"
import { createWireStore, type WireAnswer } from "./wire-store.ts"

/** A server's HTTP API, every form of it. */
export function createHttpSubject(server: ServerUnderTest): Subject {
  return {
    name: "http",
    async createStore(name) {
      const store = await createWireStore(server, name)
      const ask = (operation: string, body: object) =>
        store.call("POST", operation, { authorization_model_id: store.modelId, ...body })
      const listBody = (question: ListObjectsQuestion) => {
        const { user, type, relation, contextualTuples, context } = question
        return { user, type, relation, context, contextual_tuples: { tuple_keys: contextualTuples } }
      }
      return {
        writeModel: (model) => store.writeModel(model),
        writeTuples: (tuples) => store.writeTuples(tuples),
        check: async ({ user, relation, object, contextualTuples, context }) => {
          const contextual_tuples = { tuple_keys: contextualTuples }
          const tuple_key = { user, relation, object }
          return outcomeOf(await ask("/check", { tuple_key, contextual_tuples, context }), ({ allowed }) =>
            demandBoolean(allowed),
          )
        },
        batchCheck: async (items) => {
          const checks = items.map(({ id, user, relation, object, contextualTuples, context }) => ({
            correlation_id: id,
            tuple_key: { user, relation, object },
            contextual_tuples: { tuple_keys: contextualTuples },
            context,
          }))
          return outcomeOf(await ask("/batch-check", { checks }), ({ result }) => {
            const results = Object.entries(result as Readonly<Record<string, BatchResult>>)
            return new Map(results.map(([id, each]) => [id, outcomeInBatch(each)]))
          })
        },
        listObjects: async (question) =>
          outcomeOf(await ask("/list-objects", listBody(question)), ({ objects }) => demandNames(objects)),
        streamObjects: async (question) => streamed(await ask("/streamed-list-objects", listBody(question))),
        listUsers: async ({ object, relation, filters, contextualTuples, context }) => {
          const [type, ...id] = object.split(":")
          const body = { object: { type, id: id.join(":") }, relation, user_filters: filters, context }
          return outcomeOf(
            await ask("/list-users", { ...body, contextual_tuples: contextualTuples }),
            ({ users }) => (Array.isArray(users) ? users.map(showUser) : demandNames(users)),
          )
        },
        close: () => store.close(),
      }
    },
  }
}

type Body = Readonly<Record<string, unknown>>

function outcomeOf<Answer>({ status, text }: WireAnswer, read: (body: Body) => Answer): Outcome<Answer> {
  const body: Body = JSON.parse(text)
  if (status === 200) return { answer: read(body) }
  const errorCode = errorNumber(String(body.code))
  if (errorCode === undefined) throw new Error(`an answer with status ${status}: ${text}`)
  return { errorCode }
}

interface BatchResult {
  readonly allowed?: unknown
  readonly error?: { readonly input_error?: unknown; readonly internal_error?: unknown } | null
}

function outcomeInBatch({ allowed, error }: BatchResult): Outcome<boolean> {
  if (error === undefined || error === null) return { answer: demandBoolean(allowed) }
  const code = error.input_error ?? error.internal_error
  const errorCode = errorNumber(String(code))
  if (errorCode === undefined) throw new Error(`the batch has the unknown error ${String(code)}`)
  return { errorCode }
}

/** A line for each object. A refusal before the first line carries gRPC's code, not OpenFGA's. */
function streamed({ status, text }: WireAnswer): Outcome<readonly string[]> {
  const objects: string[] = []
  for (const line of text.split("\n").filter((each) => each.trim() !== "")) {
    const { result, error, code }: { result?: Body; error?: unknown; code?: unknown } = JSON.parse(line)
    if (error !== undefined) return { errorCode: undefined }
    if (code !== undefined) return { errorCode: errorNumber(String(code)) }
    objects.push(String(result?.object))
  }
  if (status !== 200) throw new Error(`an answer with status ${status}: ${text}`)
  return { answer: objects }
}

function demandBoolean(value: unknown): boolean {
  if (typeof value !== "boolean") throw new Error("the answer has no decision")
  return value
}

function demandNames(value: unknown): readonly string[] {
  if (!Array.isArray(value) || !value.every((name) => typeof name === "string"))
    throw new Error("the answer has no list")
  return value
}

interface WireUser {
  readonly object?: { readonly type: string; readonly id: string }
  readonly userset?: { readonly type: string; readonly id: string; readonly relation: string }
  readonly wildcard?: { readonly type: string }
}

/** A user as test files write it. */
function showUser({ object, userset, wildcard }: WireUser): string {
  if (object) return `${object.type}:${object.id}`
  if (userset) return `${userset.type}:${userset.id}#${userset.relation}`
  if (wildcard) return `${wildcard.type}:*`
  throw new Error("the answer has a user of no kind")
}
