import { createHash } from "node:crypto"
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import type { Principal } from "@gatehouse/contracts"
import { createInternalTokenVerifier, type InternalTokenIssuer, readBearerToken } from "@gatehouse/tokens"

/** What an upstream saw of one request. */
export interface Echo {
  readonly upstream: string
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly trailers: readonly string[]
  readonly bodyBytes: number
  readonly bodySha256: string
  /** Whom the internal token vouches for, verified as a service verifies it. */
  readonly principal: Principal
}

/** A service for tests: real HTTP, real verification of the internal token, and an answer that says what arrived. */
export interface EchoUpstream {
  readonly url: string
  /** Every request that got through, in order. */
  readonly seen: Echo[]
  /** Answers instead of the echo; undefined makes it whole again. */
  answerWith(listener: RequestListener | undefined): void
  close(): Promise<void>
}

export interface EchoUpstreamOptions {
  readonly name: string
  readonly tokens: InternalTokenIssuer
  readonly issuer: string
  /** Answers of the service itself, by exact path; the token is verified all the same. */
  readonly documents?: Readonly<Record<string, (query: URLSearchParams) => unknown>>
}

export async function startEchoUpstream(options: EchoUpstreamOptions): Promise<EchoUpstream> {
  const { name, tokens, issuer, documents = {} } = options
  const verifier = createInternalTokenVerifier({ audience: name, issuer, jwks: tokens.publicJwks })
  const seen: Echo[] = []
  let replacement: RequestListener | undefined

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "" } = request
    const token = readBearerToken(request.headersDistinct.authorization)
    const principal = await verifier.verify(token, { method, pathAndQuery: url })
    const { pathname, searchParams } = new URL(url, "http://upstream")
    const document = documents[pathname]
    if (document) {
      response.setHeader("content-type", "application/json").end(JSON.stringify(document(searchParams)))
      return
    }
    if (replacement) return replacement(request, response)
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks)
    const echo: Echo = {
      upstream: name,
      method,
      url,
      headers: { ...request.headersDistinct } as Record<string, string[]>,
      trailers: request.rawTrailers,
      bodyBytes: body.byteLength,
      bodySha256: createHash("sha256").update(body).digest("hex"),
      principal,
    }
    seen.push(echo)
    response.setHeader("content-type", "application/json; charset=utf-8").end(JSON.stringify(echo))
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.headersSent || response.writeHead(401).end())
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    answerWith(listener) {
      replacement = listener
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
