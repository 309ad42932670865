import { gatewayPrincipal } from "@gatehouse/contracts"
import type { InternalTokenIssuer } from "@gatehouse/tokens"
import { type Dispatcher, Pool } from "undici"
import type { UpstreamName } from "../options.ts"
import { upstreamFailure } from "./upstream-failure.ts"

/** Connections to one service; more requests than this wait for one another. */
const connectionsPerUpstream = 64
/**
 * Connections for the gateway's own questions. Nothing that clients send waits on them or fills them: who holds all the others
 * up with slow bodies must not keep revocations from being known, for then every token would be refused.
 */
const ownConnections = 4
/** A service on this network that does not accept in this time is down. */
const connectTimeoutMilliseconds = 2_000
/** Answers that the gateway reads itself: directory, revocations, API descriptions. */
const maximumAnswerBytes = 8_388_608
const ownTimeoutMilliseconds = 5_000

/** The services behind the gateway. */
export interface Upstreams {
  dispatcherOf(name: UpstreamName): Dispatcher
  /**
   * Asks a service as the gateway itself, with an internal token of its own. Rejects with `gateway.upstream_*` unless the
   * answer is 200 and JSON.
   */
  getJson(name: UpstreamName, path: string, query?: string, signal?: AbortSignal): Promise<unknown>
  close(): Promise<void>
}

/** Where the services are, who signs for the gateway, and how long a forwarded request may take. */
export interface UpstreamsOptions {
  readonly urls: Readonly<Record<UpstreamName, string>>
  readonly internalTokens: InternalTokenIssuer
  readonly timeoutMilliseconds: number
}

/** Separate pools for clients' requests and the gateway's own; nothing is dialled yet. */
export function createUpstreams({ urls, internalTokens, timeoutMilliseconds }: UpstreamsOptions): Upstreams {
  const openPools = (connections: number, patienceMilliseconds: number) =>
    new Map(
      Object.entries(urls).map(([name, url]) => [
        name,
        new Pool(url, {
          connections,
          connect: { timeout: connectTimeoutMilliseconds },
          headersTimeout: patienceMilliseconds,
          bodyTimeout: patienceMilliseconds,
        }),
      ]),
    )
  const forwarding = openPools(connectionsPerUpstream, timeoutMilliseconds)
  const asking = openPools(ownConnections, ownTimeoutMilliseconds)
  return {
    dispatcherOf: (name) => poolOf(forwarding, name),
    async getJson(name, path, query, signal) {
      const token = await internalTokens.mint({
        audience: name,
        principal: gatewayPrincipal,
        method: "GET",
        path,
        query,
      })
      try {
        const { statusCode, body } = await poolOf(asking, name).request({
          method: "GET",
          path: query === undefined ? path : `${path}?${query}`,
          headers: { authorization: `Bearer ${token}`, accept: "application/json" },
          signal: signal ?? null,
        })
        const text = await readBounded(body)
        if (statusCode !== 200) throw new TypeError(`the service answered ${statusCode}`)
        return JSON.parse(text)
      } catch (cause) {
        throw upstreamFailure(cause)
      }
    },
    async close() {
      await Promise.all([...forwarding.values(), ...asking.values()].map((pool) => pool.destroy()))
    },
  }
}

function poolOf(pools: ReadonlyMap<string, Pool>, name: UpstreamName): Pool {
  const pool = pools.get(name)
  if (!pool) throw new TypeError("every upstream has an address")
  return pool
}

async function readBounded(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > maximumAnswerBytes) throw new RangeError("the service answered more than it may")
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}
