import { lookup as systemLookup } from "node:dns"
import type { LookupFunction } from "node:net"
import { Agent, type Dispatcher } from "undici"

const localhostNames: LookupFunction = (hostname, options, callback) => {
  if (!hostname.toLowerCase().endsWith(".localhost")) return systemLookup(hostname, options, callback)
  if (options.all) callback(null, [{ address: "127.0.0.1", family: 4 }])
  else callback(null, "127.0.0.1", 4)
}

/**
 * An HTTP dispatcher that dials loopback for `*.localhost` (RFC 6761 section 6.3), host header kept. Node's resolver does
 * not know those names. Every other name is resolved as usual.
 */
export function createLoopbackDispatcher(options: Agent.Options = {}): Dispatcher {
  return new Agent({ ...options, connect: { lookup: localhostNames } })
}
