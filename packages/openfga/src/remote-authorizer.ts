import { assertDefined, type PartHealth, type Secret } from "@gatehouse/kernel"
import type { Authorizer, CheckOutcome, CheckQuery, TupleChange } from "./authorizer.ts"
import { explainOverWire } from "./explain-over-wire.ts"
import { listObjectsOverWire, listUsersOverWire } from "./list-over-wire.ts"
import { readTuples } from "./read-tuples.ts"
import { allowedIn, textIn } from "./wire-answers.ts"
import { createWireClient, memberOf } from "./wire-client.ts"
import { bodyOf, errorOfCode } from "./wire-errors.ts"
import { isCurrent, wireConsistency, wireContext, wireTuple, wireTuples } from "./wire-questions.ts"
import { storePath, type WireTarget } from "./wire-target.ts"

/** Where the authorization server is and which store and model the questions are put to. */
export interface RemoteAuthorizerOptions {
  /** Where the API begins: `http://127.0.0.1:8082`. */
  readonly url: string
  readonly storeId: string
  readonly modelId: string
  /** The preshared key, sent as a bearer token. */
  readonly credential?: Secret | undefined
  /** One deadline for a whole call, waiting for a free connection included; 3,000 by default. */
  readonly timeoutMilliseconds?: number | undefined
}

/** An authorizer whose connections can be closed. */
export interface RemoteAuthorizer extends Authorizer {
  close(): Promise<void>
}

/** The real server answers or gives up within 3 s (its deadline for lists). */
const defaultTimeoutMilliseconds = 3_000
/** The wire's limit on the questions of one batch. */
const maximumBatch = 50
/**
 * Bytes of one batch as JSON. The real server takes 616,448 of a message in its own form, in which a list of short numbers is five
 * times as long; one question with 32 KiB of context and a hundred contextual tuples fits either way.
 */
const maximumBatchBytes = 100_000

/** Asks a server on OpenFGA's HTTP wire, the embedded one or the real one. */
export function createRemoteAuthorizer(options: RemoteAuthorizerOptions): RemoteAuthorizer {
  const client = createWireClient({
    ...options,
    timeoutMilliseconds: options.timeoutMilliseconds ?? defaultTimeoutMilliseconds,
  })
  const target: WireTarget = { client, storeId: options.storeId, modelId: options.modelId }
  return {
    check: (query) => check(target, query),
    batchCheck: (queries) => batchCheck(target, queries),
    listObjects: (query) => listObjectsOverWire(target, query),
    listUsers: (query) => listUsersOverWire(target, query),
    read: (filter) => readTuples(target, filter ?? {}),
    write: (change) => write(target, change),
    explain: (query) => explainOverWire(target, query),
    health: () => health(target),
    close: () => client.close(),
  }
}

async function ask(target: WireTarget, operation: string, body: object): Promise<unknown> {
  const answer = await target.client.call({
    method: "POST",
    path: storePath(target, operation),
    body: { authorization_model_id: target.modelId, ...body },
    repeatable: true,
  })
  return bodyOf(answer, "query")
}

function question({ user, relation, object, contextualTuples, context }: CheckQuery): object {
  return { tuple_key: { user, relation, object }, ...wireTuples(contextualTuples), ...wireContext(context) }
}

async function check(target: WireTarget, query: CheckQuery): Promise<CheckOutcome> {
  const body = { ...question(query), ...wireConsistency(query.consistency) }
  return { allowed: allowedIn(await ask(target, "check", body)) }
}

async function batchCheck(target: WireTarget, queries: readonly CheckQuery[]): Promise<CheckOutcome[]> {
  const batches: Promise<CheckOutcome[]>[] = []
  for (let start = 0; start < queries.length; start += maximumBatch)
    batches.push(checkBatch(target, queries.slice(start, start + maximumBatch)))
  return (await Promise.all(batches)).flat()
}

/** Asks in one request, or in as many as the bytes of the questions need. */
async function checkBatch(target: WireTarget, queries: readonly CheckQuery[]): Promise<CheckOutcome[]> {
  const checks = queries.map((query, index) => ({ ...question(query), correlation_id: String(index) }))
  if (queries.length > 1 && Buffer.byteLength(JSON.stringify(checks)) > maximumBatchBytes) {
    const middle = Math.ceil(queries.length / 2)
    const halves = [queries.slice(0, middle), queries.slice(middle)]
    return (await Promise.all(halves.map((half) => checkBatch(target, half)))).flat()
  }
  // A batch has one consistency for all: the highest that any of its questions asks for.
  const current = queries.some(({ consistency }) => isCurrent(consistency))
  const answer = await ask(target, "batch-check", {
    checks,
    ...wireConsistency(current ? "higher_consistency" : undefined),
  })
  const result = memberOf(answer, "result")
  return queries.map((_, index) => {
    const item = memberOf(result, String(index))
    const error = memberOf(item, "error")
    if (error === undefined || error === null) return { allowed: allowedIn(item) }
    const code = memberOf(error, "input_error")
    throw errorOfCode(typeof code === "string" ? code : "internal_error", 400, "query")
  })
}

async function write(target: WireTarget, change: TupleChange): Promise<void> {
  const { writes = [], deletes = [], onDuplicate, onMissing } = change
  if (writes.length === 0 && deletes.length === 0) return
  const answer = await target.client.call({
    method: "POST",
    path: storePath(target, "write"),
    body: {
      authorization_model_id: target.modelId,
      ...(writes.length === 0
        ? {}
        : { writes: { tuple_keys: writes.map(wireTuple), on_duplicate: onDuplicate ?? "error" } }),
      ...(deletes.length === 0
        ? {}
        : {
            deletes: {
              tuple_keys: deletes.map(({ user, relation, object }) => ({ user, relation, object })),
              on_missing: onMissing ?? "error",
            },
          }),
    },
    // A second try of a write that was done would find its tuples there.
    repeatable: false,
  })
  bodyOf(answer, "write")
}

async function health(target: WireTarget): Promise<PartHealth> {
  try {
    const alive = await target.client.call({ method: "GET", path: "/healthz", repeatable: true })
    if (textIn(bodyOf(alive, "query"), "status") !== "SERVING")
      return { status: "failed", detail: "The authorization server says that it does not serve." }
    const path = `${storePath(target, "authorization-models")}/${encodeURIComponent(target.modelId)}`
    const model = await target.client.call({ method: "GET", path, repeatable: true })
    assertDefined(memberOf(bodyOf(model, "query"), "authorization_model"), "a model is shown as one")
    return { status: "ok" }
  } catch {
    return { status: "failed", detail: "The authorization server does not answer for its store and model." }
  }
}
