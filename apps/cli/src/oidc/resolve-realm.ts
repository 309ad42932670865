import { createLoopbackDispatcher, GatehouseError } from "@gatehouse/sdk/client"
import { request } from "undici"
import { z } from "zod"
import { readPlane } from "../state/read-plane.ts"
import { isLoopback } from "./identity-client.ts"
import type { Realm } from "./obtain-login.ts"

const timeoutMilliseconds = 10_000
const metadataSchema = z.object({ resource: z.url(), authorization_servers: z.array(z.url()).min(1) })
/** The platform's own realm, which no tenant can have. */
const platform = "platform"
const slugForm = /^[a-z][a-z0-9-]{1,30}[a-z0-9]$/

/**
 * Where an organization logs in. A name, or an address of the plane that runs on this machine, is looked up in its state; any
 * other address says itself which realm vouches for its members (RFC 9728), unless `issuer` does.
 * Throws `cli.unknown_organization` and `cli.unreachable`.
 */
export async function resolveRealm(
  stateDirectory: string,
  organization: string,
  issuer?: string | undefined,
): Promise<Realm> {
  const plane = await readPlane(stateDirectory)
  const gateway = plane === undefined ? undefined : new URL(plane.urls.gateway)
  const isName = slugForm.test(organization)
  if (isName && gateway === undefined) throw new GatehouseError("cli.unknown_organization")
  const url = isName && gateway ? addressOf(organization, gateway) : parseAddress(organization)
  const name = isName ? organization : gateway && nameAt(url, gateway)
  const known =
    issuer ?? (name && plane?.urls.identity ? `${plane.urls.identity}/realms/${name}` : await askIssuer(url))
  if (!URL.canParse(known)) throw new GatehouseError("cli.unknown_organization")
  return { organization: name ?? realmOf(known) ?? url.hostname, url: url.origin, issuer: known }
}

/** The local plane's address of an organization; the platform's own is the bare one. */
function addressOf(organization: string, gateway: URL): URL {
  const url = new URL(gateway)
  if (organization !== platform) url.hostname = `${organization}.localhost`
  return url
}

/** The organization that an address of the local plane names, or undefined for an address of another. */
function nameAt(url: URL, gateway: URL): string | undefined {
  if (url.port !== gateway.port || !isLoopback(url)) return undefined
  return url.hostname.endsWith(".localhost") ? url.hostname.slice(0, -".localhost".length) : platform
}

/** An address that may be dialled with a token: https, or http on this machine. */
function parseAddress(text: string): URL {
  const url = URL.parse(text)
  const allowed = url?.protocol === "https:" || (url?.protocol === "http:" && isLoopback(url))
  if (url === null || !allowed) throw new GatehouseError("cli.unknown_organization")
  return url
}

function realmOf(issuer: string): string | undefined {
  return /\/realms\/([^/]+)\/?$/.exec(new URL(issuer).pathname)?.[1]
}

/** The issuer that an organization's address names in its protected resource metadata. */
async function askIssuer(url: URL): Promise<string> {
  const answer = await request(new URL("/.well-known/oauth-protected-resource", url), {
    dispatcher: createLoopbackDispatcher(),
    headersTimeout: timeoutMilliseconds,
    bodyTimeout: timeoutMilliseconds,
  }).catch((cause: unknown) => {
    throw new GatehouseError("cli.unreachable", { cause })
  })
  const metadata = metadataSchema.safeParse(await answer.body.json().catch(() => undefined))
  const [issuer] = metadata.data?.authorization_servers ?? []
  // What names another resource is not about this address (RFC 9728 section 3.3).
  const isItsOwn = metadata.data !== undefined && new URL(metadata.data.resource).origin === url.origin
  if (answer.statusCode !== 200 || issuer === undefined || !isItsOwn) {
    throw new GatehouseError("cli.unknown_organization", {
      publicMessage:
        "That address does not tell which issuer vouches for its members; give it with --issuer URL.",
    })
  }
  return issuer
}
