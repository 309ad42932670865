import { gatewayPrincipal } from "@gatehouse/contracts"
import type { InternalTokenIssuer } from "@gatehouse/tokens"
import { type Dispatcher, Pool } from "undici"
import type { UpstreamName } from "../options.ts"
import { upstreamFailure } from "./upstream-failure.ts"

/** Connections to one service; more requests than this wait for one another. */
const connectionsPerUpstream = 64
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

export interface UpstreamsOptions {
  readonly urls: Readonly<Record<UpstreamName, string>>
  readonly internalTokens: InternalTokenIssuer
  readonly timeoutMilliseconds: number
}

export function createUpstreams({ urls, internalTokens, timeoutMilliseconds }: UpstreamsOptions): Upstreams {
  const pools = new Map<UpstreamName, Pool>()
  for (const [name, url] of Object.entries(urls) as [UpstreamName, string][]) {
    pools.set(
      name,
      new Pool(url, {
        connections: connectionsPerUpstream,
        connect: { timeout: connectTimeoutMilliseconds },
        headersTimeout: timeoutMilliseconds,
        bodyTimeout: timeoutMilliseconds,
      }),
    )
  }
  const poolOf = (name: UpstreamName): Pool => {
    const pool = pools.get(name)
    if (!pool) throw new TypeError("every upstream has an address")
    return pool
  }
  return {
    dispatcherOf: poolOf,
    async getJson(name, path, query, signal) {
      const token = await internalTokens.mint({
        audience: name,
        principal: gatewayPrincipal,
        method: "GET",
        path,
        query,
      })
      try {
        const { statusCode, body } = await poolOf(name).request({
          method: "GET",
          path: query === undefined ? path : `${path}?${query}`,
          headers: { authorization: `Bearer ${token}`, accept: "application/json" },
          headersTimeout: ownTimeoutMilliseconds,
          bodyTimeout: ownTimeoutMilliseconds,
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
      await Promise.all([...pools.values()].map((pool) => pool.destroy()))
    },
  }
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
