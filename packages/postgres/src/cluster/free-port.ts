import { createServer } from "node:net"
import { GatehouseError } from "@gatehouse/kernel"

/** What a machine answers that has no IPv6. */
const noIpv6 = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"])

/**
 * The loopback addresses at which the port is free: 127.0.0.1, and ::1 where the machine has IPv6. Throws
 * `server.port_taken` if either is taken, for a program on one of the two would answer for us there.
 */
export async function loopbackAddresses(port: number): Promise<string[]> {
  await tryPort("127.0.0.1", port)
  try {
    await tryPort("::1", port)
    return ["127.0.0.1", "::1"]
  } catch (error) {
    if (noIpv6.has((error as NodeJS.ErrnoException).code ?? "")) return ["127.0.0.1"]
    throw error
  }
}

/** A port that is free at 127.0.0.1 now. For tests: in the product, ports are configured. */
export function findFreePort(): Promise<number> {
  return tryPort("127.0.0.1", 0)
}

function tryPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(
        error.code === "EADDRINUSE"
          ? new GatehouseError("server.port_taken", {
              publicMessage: `Port ${port}, which the database needs, is taken by another program.`,
              details: { port, host },
              cause: error,
            })
          : error,
      ),
    )
    server.listen({ host, port, exclusive: true }, () => {
      const address = server.address()
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : port))
    })
  })
}
