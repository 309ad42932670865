import type { IncomingHttpHeaders, IncomingMessage } from "node:http"
import { Readable } from "node:stream"

/** A request as the provider is to see it. */
export interface ReplayedRequestOptions {
  readonly method: string
  /** The path below the realm, with its query: `/protocol/openid-connect/auth?…`. */
  readonly url: string
  /** `/realms/<realm>`. */
  readonly mountPath: string
  readonly headers: IncomingHttpHeaders
  readonly body?: Buffer
}

/**
 * The request again, for the provider: below its mount path, under the public address whatever `Host` said, with a body
 * that can be read though we have read it, and with no header but those named here.
 */
export function replayRequest(
  original: IncomingMessage,
  publicUrl: URL,
  { method, url, mountPath, headers, body }: ReplayedRequestOptions,
): IncomingMessage {
  const { cookie, authorization, accept } = headers
  const replayed = Readable.from(body ? [body] : [], { objectMode: false })
  return Object.assign(replayed, {
    method,
    url,
    originalUrl: `${mountPath}${url}`,
    httpVersion: original.httpVersion,
    httpVersionMajor: original.httpVersionMajor,
    httpVersionMinor: original.httpVersionMinor,
    socket: original.socket,
    connection: original.socket,
    headers: {
      host: publicUrl.host,
      "x-forwarded-host": publicUrl.host,
      "x-forwarded-proto": publicUrl.protocol.slice(0, -1),
      ...(cookie === undefined ? {} : { cookie }),
      ...(authorization === undefined ? {} : { authorization }),
      ...(accept === undefined ? {} : { accept }),
      ...(body
        ? { "content-type": "application/x-www-form-urlencoded", "content-length": String(body.length) }
        : {}),
    },
  }) as Readable as IncomingMessage
}
