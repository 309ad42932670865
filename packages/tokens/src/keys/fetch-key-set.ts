import { GatehouseError } from "@gatehouse/kernel"

/** How long a key set may take to arrive whole; a login is not worth a longer wait. */
const keySetTimeoutMilliseconds = 2_000
/** Keycloak publishes 3 KB for four keys with certificates; a hundred such keys fit. */
const keySetMaximumBytes = 262_144

/** The part of `fetch` that is used, so that any HTTP client can stand in. Redirects are refused. */
export type KeySetFetch = (
  url: string,
  init: {
    readonly signal: AbortSignal
    readonly redirect: "error"
    readonly headers: { readonly accept: string }
  },
) => Promise<KeySetResponse>

/** The part of an HTTP answer that reading a key set needs; the body is read no further than its bound. */
export interface KeySetResponse {
  readonly status: number
  readonly body: AsyncIterable<Uint8Array> | null
}

/**
 * Fetches a key set's JSON within the limits of time and size. Throws `tokens.unavailable` for whatever goes wrong; nothing
 * of the answer is in the error. The address is configuration (INVARIANT 6 does not concern it).
 */
export async function fetchKeySet(url: string, fetch: KeySetFetch): Promise<unknown> {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(keySetTimeoutMilliseconds),
      redirect: "error",
      headers: { accept: "application/jwk-set+json, application/json" },
    })
    const text = await readBounded(response.body)
    if (response.status !== 200) throw new TypeError(`the key set answered ${response.status}`)
    return JSON.parse(text)
  } catch (cause) {
    throw new GatehouseError("tokens.unavailable", { details: { jwksUri: url }, cause })
  }
}

async function readBounded(body: KeySetResponse["body"]): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > keySetMaximumBytes) throw new RangeError("the key set is larger than any realm's")
    chunks.push(chunk)
  }
  return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks))
}
