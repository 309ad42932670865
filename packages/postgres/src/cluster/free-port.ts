import { randomInt } from "node:crypto"
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

/** Ports that `findFreePort` tries: below those that systems give to outgoing connections, so that none takes one in between. */
const triedPorts = { first: 30_100, last: 32_700, attempts: 50 }

/** A port that is free at both loopback addresses now. For tests: in the product, ports are configured. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = randomInt(triedPorts.first, triedPorts.last + 1)
    try {
      await loopbackAddresses(port)
      return port
    } catch (error) {
      if (attempt === triedPorts.attempts) throw error
    }
  }
}

function tryPort(host: string, port: number): Promise<void> {
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
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve()))
  })
}
