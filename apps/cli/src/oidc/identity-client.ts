import { createLoopbackDispatcher, GatehouseError } from "@gatehouse/sdk/client"
import {
  allowInsecureRequests,
  type Configuration,
  type CustomFetchOptions,
  customFetch,
  discovery,
  None,
} from "openid-client"
import { type RequestInit as UndiciInit, fetch as undiciFetch } from "undici"

/** The public client that every realm has for command lines: PKCE, redirects to any port of 127.0.0.1 (RFC 8252). */
export const cliClientId = "gatehouse-cli"

const timeoutSeconds = 20

/** One dispatcher for the process; it dials loopback for `*.localhost`. */
const dispatcher = createLoopbackDispatcher()

/** `fetch` as openid-client wants it, dialling loopback for `*.localhost`. Redirects are the caller's. */
export async function loopbackFetch(url: string, options: CustomFetchOptions): Promise<Response> {
  const answer = await undiciFetch(url, { ...options, dispatcher } as UndiciInit)
  // The two classes are one standard; undici's own is not Node's global one.
  return new Response(answer.body as ReadableStream | null, {
    status: answer.status,
    statusText: answer.statusText,
    headers: [...answer.headers],
  })
}

/** True for an address of this machine, where plain http is what the embedded engines speak. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname.toLowerCase()
  return host === "localhost" || host.endsWith(".localhost") || host === "127.0.0.1" || host === "[::1]"
}

/**
 * The realm's endpoints, by discovery; the issuer it names must be the one asked for. Plain http only on this machine.
 * Throws `cli.unknown_organization` where there is no such realm, `cli.unreachable` and `cli.unexpected_answer`.
 */
export async function discoverRealm(issuer: string, clientId: string = cliClientId): Promise<Configuration> {
  const url = new URL(issuer)
  try {
    return await discovery(url, clientId, undefined, None(), {
      [customFetch]: loopbackFetch,
      timeout: timeoutSeconds,
      ...(url.protocol === "http:" && isLoopback(url) ? { execute: [allowInsecureRequests] } : {}),
    })
  } catch (cause) {
    if (answeredStatus(cause) !== 404) throw fromIdentity(cause)
    throw new GatehouseError("cli.unknown_organization", {
      publicMessage: "The identity server knows no such organization.",
      cause,
    })
  }
}

/** The status of the answer that openid-client did not take; it keeps the answer as the error's cause. */
function answeredStatus(error: unknown): number | undefined {
  return error instanceof Error && error.cause instanceof Response ? error.cause.status : undefined
}

/** Tells an identity server that cannot be reached from one that answers something else. */
export function fromIdentity(cause: unknown): GatehouseError {
  return new GatehouseError(isNetworkError(cause) ? "cli.unreachable" : "cli.unexpected_answer", {
    publicMessage: isNetworkError(cause)
      ? "The identity server did not answer."
      : "The identity server answered something that this release does not understand.",
    cause,
  })
}

function isNetworkError(error: unknown): boolean {
  for (let current = error; current instanceof Error; current = current.cause) {
    const { code, name } = current as NodeJS.ErrnoException
    if (/^(ECONN|ENOTFOUND|EHOST|ENET|EAI_|ETIMEDOUT|UND_ERR)/.test(code ?? "") || name === "TimeoutError")
      return true
  }
  return false
}
