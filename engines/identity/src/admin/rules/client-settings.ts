import type { ClientInput } from "../../store/clients.ts"

/** Demands that this engine does not enforce. To take one would promise what nobody holds. */
const unenforced: readonly string[] = [
  "tls.client.certificate.bound.access.tokens",
  "dpop.bound.access.tokens",
  "require.pushed.authorization.requests",
  "client.use.lightweight.access.token.enabled",
  "use.jwks.url",
]

/** Signatures that this engine makes. */
const algorithms: ReadonlySet<string> = new Set(["RS256"])
const algorithmAttributes: readonly string[] = [
  "access.token.signed.response.alg",
  "id.token.signed.response.alg",
]

/**
 * What is wrong with a client's kind and attributes, in a sentence; undefined where nothing is. RFC 9700 section 2.1.1: a
 * public client uses PKCE with S256, so no other method is configured.
 */
export function violationOfClientSettings(client: ClientInput): string | undefined {
  const { attributes } = client
  if (client.publicClient && client.serviceAccountsEnabled) return "A public client has no service account"
  const challenge = attributes["pkce.code.challenge.method"]
  if (challenge !== undefined && challenge !== "S256") return "The code challenge method is S256"
  const demand = unenforced.find((name) => attributes[name] === "true")
  if (demand) return `The attribute ${demand} is not supported by this engine`
  const algorithm = algorithmAttributes.find((name) => !algorithms.has(attributes[name] ?? "RS256"))
  return algorithm && `The attribute ${algorithm} names an algorithm that is not supported by this engine`
}
