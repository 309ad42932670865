import { type OrganizationId, platformOrganizationId } from "@gatehouse/contracts"
import type { ServerConfig } from "../config.ts"
import { portsOf } from "./ports.ts"

/** Where everything of one plane answers, from outside and from inside. */
export interface Addresses {
  readonly ports: ReturnType<typeof portsOf>
  /** The platform's own address, and the domain under which each organization has its own. */
  readonly gateway: string
  readonly identity: string
  readonly authorization: string
  /** The address of an organization: `http://acme.localhost:8080`. The platform's own is the gateway's. */
  organization(id: OrganizationId): string
  /** The issuer of an organization's realm. */
  issuer(id: OrganizationId): string
}

/** The domain of a laptop's plane: RFC 6761 section 6.3 gives every name below it to this machine. */
const baseDomain = "localhost"

/** Addresses follow the port and the settings at every start; nothing of them is kept. */
export function addressesOf(config: ServerConfig, port: number | undefined): Addresses {
  const ports = portsOf(port)
  const identity = config.identityUrl?.replace(/\/$/, "") ?? `http://localhost:${ports.identity}`
  const gateway = `http://${baseDomain}:${ports.gateway}`
  return {
    ports,
    gateway,
    identity,
    authorization: config.authorizationUrl?.replace(/\/$/, "") ?? `http://127.0.0.1:${ports.authorization}`,
    organization: (id) =>
      id === platformOrganizationId ? gateway : `http://${id}.${baseDomain}:${ports.gateway}`,
    issuer: (id) => `${identity}/realms/${id}`,
  }
}
