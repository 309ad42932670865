import { GatehouseError } from "@gatehouse/kernel"

/** The gateway's port where none is asked for. */
const defaultPort = 8080
/** The gateway's port and the four above it are ours. */
const portSpan = 4
const highestPort = 65_535

/** Where each part listens, in steps from the gateway's port; +3 is kept for secrets. Throws `server.invalid_option`. */
export function portsOf(
  base: number = defaultPort,
): Readonly<Record<"gateway" | "identity" | "authorization" | "database", number>> {
  if (!Number.isInteger(base) || base < 1 || base + portSpan > highestPort) {
    throw new GatehouseError("server.invalid_option", {
      publicMessage: `--port takes a whole number from 1 to ${highestPort - portSpan}: the four ports above it are used too.`,
    })
  }
  return { gateway: base, identity: base + 1, authorization: base + 2, database: base + 4 }
}
