import type { JsonAnswer } from "@gatehouse/http/json-client"
import { type Clock, GatehouseError, revealSecret, systemClock } from "@gatehouse/kernel"
import { errorOf, unexpected } from "./answers.ts"
import { createTokenSource, type IdentityCredentials, type TokenSource } from "./token-source.ts"
import { createWireClient } from "./wire-client.ts"

/** How to reach an identity server. */
export interface IdentityServerOptions {
  /** `http://localhost:8081`, with its path where it has one. */
  readonly url: string
  /** The platform's administrator. */
  readonly credentials: IdentityCredentials
  /**
   * A realm's own service account, where one is known: with hundreds of realms Keycloak takes 1.2 s for a call by an
   * administrator of master and 40 ms for one by the realm's own.
   */
  readonly credentialsOf?: (realm: string) => IdentityCredentials | undefined
  /** For one call; 10,000 by default: the first realm of a fresh server takes seconds. */
  readonly timeoutMilliseconds?: number
  readonly clock?: Clock
}

/** A call of the Admin API. */
export interface AdminRequest {
  readonly method: "GET" | "POST" | "PUT" | "DELETE"
  /** The realm it is about; undefined for the list of realms itself. */
  readonly realm: string | undefined
  /** Below the realm, with its query, as `/users?max=10`. Names in it have been encoded. */
  readonly path: string
  readonly body?: unknown
  /** What is done, for the log: no name or value of the request in it. */
  readonly operation: string
}

/** Speaks the Admin API with a bearer that it keeps fresh. */
export interface AdminWire {
  /** The answer, whatever its status but 401. Throws `identity.unavailable` and `identity.credentials_refused`. */
  request(request: AdminRequest): Promise<JsonAnswer>
  /** The body of a good answer. Throws for every other. */
  read(request: Omit<AdminRequest, "method" | "body">): Promise<unknown>
  /** The same, but undefined where there is nothing (404). */
  find(request: Omit<AdminRequest, "method" | "body">): Promise<unknown>
  /** Any good answer. Throws for every other. */
  change(request: AdminRequest): Promise<JsonAnswer>
  /** The id of what a POST made, from `Location`. */
  create(request: Omit<AdminRequest, "method">): Promise<string>
  close(): Promise<void>
}

const defaultTimeoutMilliseconds = 10_000

/** Keycloak's admin API with tokens that are renewed in time; a refused token is asked for anew once. */
export function createAdminWire(options: IdentityServerOptions): AdminWire {
  const { url, credentials, credentialsOf, clock = systemClock } = options
  const wire = createWireClient(url, options.timeoutMilliseconds ?? defaultTimeoutMilliseconds)
  const administrator = createTokenSource(wire, credentials, clock)
  const ofRealm = new Map<string, TokenSource>()
  const sourceFor = (realm: string | undefined): TokenSource => {
    const own = realm === undefined ? undefined : credentialsOf?.(realm)
    if (realm === undefined || !own) return administrator
    const source = ofRealm.get(realm) ?? createTokenSource(wire, own, clock)
    ofRealm.set(realm, source)
    return source
  }
  const once = async ({ method, realm, path, body, operation }: AdminRequest, source: TokenSource) => {
    const token = await source.current()
    const below = realm === undefined ? "" : `/${encodeURIComponent(realm)}`
    const answer = await wire.send({
      method,
      path: `/admin/realms${below}${path}`,
      headers: {
        authorization: `Bearer ${revealSecret(token)}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      operation,
    })
    if (answer.status === 401) source.discard(token)
    return answer
  }
  const request = async (asked: AdminRequest): Promise<JsonAnswer> => {
    const source = sourceFor(asked.realm)
    // A token may have died with a restart of the server, or with a logout; a new one tells.
    const first = await once(asked, source)
    const answer = first.status === 401 ? await once(asked, source) : first
    if (answer.status !== 401) return answer
    throw new GatehouseError("identity.credentials_refused", { details: { operation: asked.operation } })
  }
  const change = async (asked: AdminRequest) => {
    const answer = await request(asked)
    if (answer.status < 200 || answer.status > 299) throw errorOf(answer, asked.operation)
    return answer
  }
  return {
    request,
    change,
    read: async (asked) => (await change({ ...asked, method: "GET" })).body,
    async find(asked) {
      const answer = await request({ ...asked, method: "GET" })
      if (answer.status === 404) return undefined
      if (answer.status !== 200) throw errorOf(answer, asked.operation)
      return answer.body
    },
    async create(asked) {
      const answer = await change({ ...asked, method: "POST" })
      const id = answer.header("location")?.split("/").at(-1)
      if (!id) throw unexpected(asked.operation)
      return decodeURIComponent(id)
    },
    close: wire.close,
  }
}
