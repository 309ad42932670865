import { equalInConstantTime } from "@gatehouse/kernel"
import type { ClientWithSecret, IdentityStore, Realm } from "../store/types.ts"

/** Who a request to a back-channel endpoint comes from, or why that is not known. */
export type ClientAuthentication =
  | { readonly ok: true; readonly client: ClientWithSecret }
  | {
      readonly ok: false
      readonly reason: "missing" | "malformed" | "unknown" | "wrong_secret" | "two_methods"
    }

/** Compared with when a client has no secret, so that it takes the same time. Equal to no input: input is printable. */
const noSecret = "\0"

/**
 * Authenticates a client by `client_secret_basic` or `client_secret_post` (RFC 6749 section 2.3.1), in one way only. A
 * public client names itself; a secret sent along is refused. Unknown, disabled and bearer-only clients are `unknown`.
 */
export async function authenticateClient(
  store: Pick<IdentityStore, "findClient">,
  realm: Realm,
  authorization: string | undefined,
  form: ReadonlyMap<string, string>,
): Promise<ClientAuthentication> {
  const basic = authorization === undefined ? undefined : parseBasic(authorization)
  if (authorization !== undefined && !basic) return { ok: false, reason: "malformed" }
  const named = form.get("client_id")
  if (basic && (form.has("client_secret") || (named !== undefined && named !== basic.clientId)))
    return { ok: false, reason: "two_methods" }
  const clientId = basic?.clientId ?? named
  if (!clientId) return { ok: false, reason: "missing" }
  const client = await store.findClient(realm.id, clientId)
  const given = basic?.secret ?? form.get("client_secret")
  // INVARIANT 8: the comparison runs for unknown clients too.
  const matches = equalInConstantTime(client?.secret ?? noSecret, given ?? "")
  if (!client?.enabled || client.bearerOnly) return { ok: false, reason: "unknown" }
  if (client.publicClient) return given ? { ok: false, reason: "wrong_secret" } : { ok: true, client }
  return matches && client.secret ? { ok: true, client } : { ok: false, reason: "wrong_secret" }
}

/** Both parts are form-encoded inside (RFC 6749 section 2.3.1). */
function parseBasic(header: string): { clientId: string; secret: string } | undefined {
  const [, encoded] = /^basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header) ?? []
  if (!encoded) return undefined
  const text = Buffer.from(encoded, "base64").toString("utf8")
  const colon = text.indexOf(":")
  if (colon <= 0) return undefined
  try {
    const [clientId, secret] = [text.slice(0, colon), text.slice(colon + 1)].map((part) =>
      decodeURIComponent(part.replaceAll("+", " ")),
    )
    return clientId ? { clientId, secret: secret ?? "" } : undefined
  } catch {
    return undefined
  }
}
