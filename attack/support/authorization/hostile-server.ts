import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { AuthorizationModel, RelationshipTuple } from "@gatehouse/rebac"

/** What a server answers; members left out are those of a good answer. */
export interface ServerAnswer {
  readonly status?: number
  /** Sent as it is, where it is text. */
  readonly body: unknown
  /** The `Date` header: text, or null for none. */
  readonly date?: string | null
}

/** Which call it is: the last part of the path; `store` and `model` for reads of these. */
export type CallKind = "store" | "model" | "changes" | "read" | "check" | "batch-check" | "list-objects"

/** Changes a good answer to a bad one. May not return at all, to be silent. */
export type Corruption = (
  good: ServerAnswer,
  call: { readonly query: URLSearchParams; readonly body: string },
) => ServerAnswer | Promise<ServerAnswer>

/** A server on OpenFGA's wire with one store of direct tuples, which tells the truth in checks and whatever it is told to in its feed. */
export interface HostileServer extends AsyncDisposable {
  readonly url: string
  readonly storeId: string
  readonly modelId: string
  write(tuple: RelationshipTuple): void
  delete(tuple: RelationshipTuple): void
  /** From now on; undefined for the truth. */
  corrupt(kind: CallKind, corruption: Corruption | undefined): void
  calls(kind: CallKind): number
}

const [storeId, modelId] = ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3NDEKTSV4RRFFQ69G5FAW"]
const keyOf = ({ user, relation, object }: RelationshipTuple) => JSON.stringify([user, relation, object])

export async function startHostileServer(model: AuthorizationModel): Promise<HostileServer> {
  const stored = new Map<string, RelationshipTuple>()
  const changes: { tuple_key: RelationshipTuple; operation: string; timestamp: string }[] = []
  const corruptions = new Map<CallKind, Corruption>()
  const counts = new Map<CallKind, number>()
  const note = (tuple_key: RelationshipTuple, operation: string) =>
    changes.push({ tuple_key, operation, timestamp: new Date().toISOString() })

  const changesFrom = (query: URLSearchParams) => {
    const start = Date.parse(query.get("start_time") ?? "")
    const token = query.get("continuation_token")
    if (start > Date.now()) return { status: 400, body: { code: "validation_error", message: "start_time" } }
    const from =
      token === null ? changes.findIndex(({ timestamp }) => Date.parse(timestamp) >= start) : Number(token)
    const first = from < 0 ? changes.length : from
    const page = changes.slice(first, first + 100)
    return { body: { changes: page, continuation_token: String(first + page.length) } }
  }
  const readFrom = (body: string) => {
    const { tuple_key: filter } = JSON.parse(body) as { readonly tuple_key?: RelationshipTuple }
    const found = filter === undefined ? [...stored.values()] : [stored.get(keyOf(filter))].filter(Boolean)
    return { body: { tuples: found.map((key) => ({ key })), continuation_token: "" } }
  }
  const truth = (kind: CallKind, query: URLSearchParams, body: string): ServerAnswer => {
    if (kind === "store") return { body: { id: storeId, name: "store" } }
    if (kind === "model") return { body: { authorization_model: { id: modelId, ...model } } }
    if (kind === "changes") return changesFrom(query)
    if (kind === "read") return readFrom(body)
    if (kind === "check")
      return { body: { allowed: stored.has(keyOf(JSON.parse(body).tuple_key)), resolution: "" } }
    return { status: 500, body: { code: "internal_error", message: "not here" } }
  }
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", "http://server")
    const kind = kindOf(url)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    const body = await textOf(request)
    const good = truth(kind, url.searchParams, body)
    send(response, (await corruptions.get(kind)?.(good, { query: url.searchParams, body })) ?? good)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    storeId,
    modelId,
    write: (tuple) => {
      stored.set(keyOf(tuple), tuple)
      note(tuple, "TUPLE_OPERATION_WRITE")
    },
    delete: (tuple) => {
      stored.delete(keyOf(tuple))
      note(tuple, "TUPLE_OPERATION_DELETE")
    },
    corrupt: (kind, corruption) => {
      if (corruption === undefined) corruptions.delete(kind)
      else corruptions.set(kind, corruption)
    },
    calls: (kind) => counts.get(kind) ?? 0,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function kindOf({ pathname }: URL): CallKind {
  const [, , , kind, model] = pathname.split("/")
  if (kind === undefined) return "store"
  return model === undefined ? (kind as CallKind) : "model"
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString("utf8")
}

function send(response: ServerResponse, { status = 200, body, date }: ServerAnswer): void {
  response.sendDate = date === undefined
  response.statusCode = status
  response.setHeader("content-type", "application/json")
  if (typeof date === "string") response.setHeader("date", date)
  response.end(typeof body === "string" ? body : JSON.stringify(body))
}
