import { createServer, type RequestListener, type Server } from "node:http"
import { GatehouseError } from "@gatehouse/kernel"

/** A plane stops within five seconds, and several parts in turn: each gives its requests this long to end. */
const defaultGraceMilliseconds = 1_000

/** A listener on both loopback addresses. */
export interface LoopbackListener {
  readonly port: number
  /** Stops accepting, lets requests under way end for at most `graceMilliseconds`, then cuts them. */
  close(graceMilliseconds?: number): Promise<void>
}

/**
 * Serves on 127.0.0.1 and ::1 at one port; 0 takes a free one. A machine without IPv6 gets 127.0.0.1 alone.
 * Throws `server.port_taken` with the port in `details`. Connections that speak broken HTTP are answered 400 and closed.
 */
export async function listenOnLoopback(handler: RequestListener, port: number): Promise<LoopbackListener> {
  const first = createServer(serverOptions, handler)
  const bound = await listen(first, "127.0.0.1", port)
  const servers = [first]
  const second = createServer(serverOptions, handler)
  try {
    await listen(second, "::1", bound)
    servers.push(second)
  } catch (error) {
    if (!noIpv6.has(codeOf(error))) {
      await close(first, 0)
      throw error
    }
  }
  return {
    port: bound,
    close: async (grace = defaultGraceMilliseconds) => {
      await Promise.all(servers.map((server) => close(server, grace)))
    },
  }
}

const serverOptions = {
  requestTimeout: 60_000,
  headersTimeout: 20_000,
  keepAliveTimeout: 30_000,
  maxHeaderSize: 32_768,
}
const noIpv6 = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"])

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ""
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error) =>
      reject(
        codeOf(error) === "EADDRINUSE"
          ? new GatehouseError("server.port_taken", { details: { port, host }, cause: error })
          : error,
      ),
    )
    server.listen({ host, port }, () => {
      const address = server.address()
      resolve(typeof address === "object" && address ? address.port : port)
    })
  })
}

function close(server: Server, graceMilliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), graceMilliseconds)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
