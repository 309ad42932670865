import { createServer } from "node:net"
import { GatehouseError } from "@gatehouse/kernel"
import type { PartName } from "../options.ts"
import type { Addresses } from "./addresses.ts"

/**
 * Refuses a start whose ports are taken on either loopback address, before anything is started. Throws `server.port_taken` naming the port and its part.
 * The database's port is left out: a server of our own that a killed process left behind may hold it, and is stopped first.
 */
export async function refuseTakenPorts({ ports }: Addresses, parts: ReadonlySet<PartName>): Promise<void> {
  for (const part of ["gateway", "identity", "authorization"] as const) {
    if (parts.has(part) && !(await isFree(ports[part]))) {
      throw new GatehouseError("server.port_taken", {
        publicMessage: `Port ${ports[part]}, which ${part} needs, is taken by another program.`,
        details: { port: ports[part], part },
      })
    }
  }
}

/** What a machine answers that has no IPv6: nobody can take a port there. */
const noIpv6 = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"])

async function isFree(port: number): Promise<boolean> {
  return (await isFreeAt("127.0.0.1", port)) && (await isFreeAt("::1", port))
}

function isFreeAt(host: "127.0.0.1" | "::1", port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EADDRINUSE") resolve(false)
      else if (host === "::1" && noIpv6.has(error.code ?? "")) resolve(true)
      else reject(error)
    })
    probe.listen({ port, host }, () => probe.close(() => resolve(true)))
  })
}
