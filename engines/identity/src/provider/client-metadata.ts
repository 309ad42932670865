import type { Client, ClientWithSecret } from "../store/types.ts"

/** The member of the provider's client that holds ours. */
export const registrationMember = "gatehouse_registration"

/** A client as the provider takes it (RFC 7591 section 2). */
export interface ClientMetadata {
  readonly client_id: string
  readonly client_name?: string
  readonly client_secret?: string
  readonly token_endpoint_auth_method: "none" | "client_secret_basic"
  readonly response_types: readonly "code"[]
  readonly grant_types: readonly string[]
  readonly redirect_uris: readonly string[]
  readonly [registrationMember]: Client
}

/** The provider wants one; the registered ones, patterns included, are matched by our own rule. */
const placeholderRedirectUri = "https://registered.invalid/"

/** A client for the provider; undefined for one that may not use it: disabled, bearer-only, or confidential without secret. */
export function toClientMetadata({ secret, ...client }: ClientWithSecret): ClientMetadata | undefined {
  if (!client.enabled || client.bearerOnly || (!client.publicClient && !secret)) return undefined
  const standard = client.standardFlowEnabled
  return {
    client_id: client.clientId,
    ...(client.name === undefined ? {} : { client_name: client.name }),
    ...(client.publicClient || !secret ? {} : { client_secret: secret }),
    token_endpoint_auth_method: client.publicClient ? "none" : "client_secret_basic",
    response_types: standard ? ["code"] : [],
    grant_types: standard ? ["authorization_code", "refresh_token"] : [],
    redirect_uris: standard ? [placeholderRedirectUri] : [],
    [registrationMember]: client,
  }
}

/** Whether a client must send a challenge (RFC 7636): every public one, and those registered so. */
export function requiresProofKey(client: Client): boolean {
  return client.publicClient || Boolean(client.attributes["pkce.code.challenge.method"])
}
