import type { IncomingHttpHeaders } from "node:http"
import { GatehouseError } from "@gatehouse/kernel"
import type { FastifyInstance, FastifyRequest } from "fastify"

/** Whom a part that listens on loopback answers, against DNS rebinding and pages of other origins. */
export interface DoorOptions {
  /** Host names without port that reach this part. */
  readonly hosts: readonly string[]
  /** Requests that a browser may make from a page: login pages and what their forms post to. Default: none. */
  readonly allowsOrigin?: (request: FastifyRequest) => boolean
}

/** The host names under which an engine on this machine is reached. */
export const loopbackHosts: readonly string[] = ["localhost", "127.0.0.1", "[::1]"]

/** Refuses a foreign `Host`, and a browser's `Origin`, so that a web page can't reach an engine by rebinding a name. */
export function registerDoor(app: FastifyInstance, { hosts, allowsOrigin = () => false }: DoorOptions): void {
  app.addHook("onRequest", async (request) => {
    assertAtDoor(request.headers, hosts)
    if (request.headers.origin !== undefined && !allowsOrigin(request))
      throw new GatehouseError("request.foreign_origin")
  })
}

/** Refuses a `Host` that is none of these names, in any case and with any port: `request.foreign_host`. */
export function assertAtDoor(headers: IncomingHttpHeaders, hosts: readonly string[]): void {
  const host = (headers.host ?? "").replace(/:\d+$/, "").toLowerCase()
  if (!hosts.includes(host)) throw new GatehouseError("request.foreign_host")
}
