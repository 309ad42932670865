import { createServer, type IncomingMessage, type ServerResponse, request as send } from "node:http"
import type { AddressInfo } from "node:net"

/** How a proxy treats the requests of one kind: the last part of their path (`changes`, `read`, `check`), or `store`. */
export type Fault =
  /** The connection breaks in the middle of the answer. */
  | "cut"
  /** No answer ever comes. */
  | "silent"

/** A proxy on loopback in front of a server on OpenFGA's wire, which does to its requests what networks do. */
export interface WireProxy extends AsyncDisposable {
  readonly url: string
  /** Requests of each kind that came. */
  readonly counts: Map<string, number>
  /** From now on, until `heal`. Without a kind, all of them. */
  fail(fault: Fault, kind?: string): void
  heal(): void
  /** The server's time as it shows it, and takes it in `start_time`. */
  shiftClock(milliseconds: number): void
  /** Changes that the feed does not show (yet): it gives what is left. */
  hideChanges(isHidden: (change: WireChange) => boolean): void
  /** Waits with every acknowledgement of a write that the server has already done. */
  delayWrites(milliseconds: number): void
}

/** An entry of the feed as the wire shows it. */
export interface WireChange {
  readonly tuple_key: { readonly user: string; readonly relation: string; readonly object: string }
  readonly operation: string
}

/** Starts a proxy in front of the server. */
export async function startWireProxy(target: string): Promise<WireProxy> {
  const counts = new Map<string, number>()
  const faults = new Map<string, Fault>()
  let shift = 0
  let delay = 0
  let isHidden: (change: WireChange) => boolean = () => false
  const changed = (kind: string, status: number, body: string): string => {
    if (kind !== "changes" || status !== 200) return body
    const page = JSON.parse(body) as { changes: WireChange[] }
    return JSON.stringify({ ...page, changes: page.changes.filter((change) => !isHidden(change)) })
  }
  const server = createServer(async (request, response) => {
    const kind = kindOf(request)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
    const fault = faults.get(kind) ?? faults.get("")
    if (fault === "silent") return
    const answer = await forward(target, request, shift).catch(() => undefined)
    if (answer === undefined) return request.socket.destroy()
    if (kind === "write" && delay > 0) await new Promise((resolve) => setTimeout(resolve, delay))
    const body = changed(kind, answer.status, answer.body)
    const date = new Date(Date.now() + shift).toUTCString()
    response.sendDate = false
    response.writeHead(answer.status, { "content-type": "application/json", date })
    if (fault === "cut") cut(response, body)
    else response.end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    fail: (fault, kind = "") => void faults.set(kind, fault),
    heal: () => faults.clear(),
    shiftClock: (milliseconds) => {
      shift = milliseconds
    },
    hideChanges: (hidden) => {
      isHidden = hidden
    },
    delayWrites: (milliseconds) => {
      delay = milliseconds
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** The operation, which is the path's last part behind the store's id; `store` for the store itself. */
function kindOf(request: IncomingMessage): string {
  const [, , , operation] = new URL(request.url ?? "/", "http://proxy").pathname.split("/")
  return operation ?? "store"
}

function cut(response: ServerResponse, body: string): void {
  response.write(body.slice(0, Math.floor(body.length / 2)), () => response.destroy())
}

async function forward(
  target: string,
  request: IncomingMessage,
  shift: number,
): Promise<{ status: number; body: string }> {
  const url = new URL(request.url ?? "/", target)
  const start = url.searchParams.get("start_time")
  if (start !== null) url.searchParams.set("start_time", new Date(Date.parse(start) - shift).toISOString())
  const { host: _, ...headers } = request.headers
  return new Promise((resolve, reject) => {
    const out = send(url, { method: request.method ?? "GET", headers }, async (answer) => {
      let body = ""
      answer.setEncoding("utf8")
      try {
        for await (const chunk of answer) body += chunk
        resolve({ status: answer.statusCode ?? 502, body })
      } catch (error) {
        reject(error)
      }
    })
    out.on("error", reject)
    request.pipe(out)
  })
}
