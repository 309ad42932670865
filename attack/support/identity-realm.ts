import { randomUUID } from "node:crypto"
import { type Answer, ask } from "../../tests/support/http.ts"
import type { SharedPlane } from "../../tests/support/plane-setup.ts"

/** Where the tests' relying party waits; nothing listens there. */
export const redirectUri = "http://127.0.0.1:39871/callback"
/** The password of a realm's first users. */
export const password = "correct horse battery staple"
/** The secret of the confidential client. */
export const backendSecret = "a-secret-of-the-attack-tests-0123456789"

export type Json = Record<string, unknown>

/** A realm of a test file's own on the shared plane. */
export interface IdentityRealm {
  readonly name: string
  readonly issuer: string
  /** `<issuer>/protocol/openid-connect/<name>` */
  endpoint(name: string): string
  /** A call to the Admin API below this realm, as the platform's administrator. */
  admin(method: string, path: string, json?: unknown): Promise<Answer>
  /** Posts a form to an endpoint. */
  post(
    endpoint: string,
    form: Readonly<Record<string, string>> | string,
    headers?: Record<string, string>,
  ): Promise<Answer>
  userId(username: string): Promise<string>
  /** Makes a user who can log in, and gives the id. */
  addUser(username: string, more?: Json): Promise<string>
  clientUuid(clientId: string): Promise<string>
  /** Status of userinfo with this token: 200 while it lives. */
  userinfo(token: string): Promise<number>
}

/**
 * Makes a realm with a public client `app`, a confidential one `backend` with a service account, and the users ada and grace.
 * It lives as long as the plane.
 */
export async function createIdentityRealm(plane: SharedPlane, more: Json = {}): Promise<IdentityRealm> {
  const name = `attack-${randomUUID().slice(0, 8)}`
  const made = await adminCall(plane, "POST", "", { ...representation(name), ...more })
  if (made.status !== 201) throw new Error(`no realm was made: ${made.status} ${made.text}`)
  return openRealm(plane, name)
}

/** A realm that is there, seen the same way. */
export function openRealm(plane: SharedPlane, name: string): IdentityRealm {
  const issuer = `${identityUrl(plane)}/realms/${name}`
  const endpoint = (last: string) => `${issuer}/protocol/openid-connect/${last}`
  const admin: IdentityRealm["admin"] = (method, path, json) =>
    adminCall(plane, method, `/${name}${path}`, json)
  const idOf = async (path: string) => {
    const [first] = (await admin("GET", path)).json as { id: string }[]
    if (first === undefined) throw new Error(`there is nothing at ${path}`)
    return first.id
  }
  const userId = (username: string) => idOf(`/users?exact=true&username=${encodeURIComponent(username)}`)
  return {
    name,
    issuer,
    endpoint,
    admin,
    userId,
    clientUuid: (clientId) => idOf(`/clients?clientId=${encodeURIComponent(clientId)}`),
    post: (last, form, headers = {}) =>
      ask(endpoint(last), {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded", ...headers },
        body: typeof form === "string" ? form : new URLSearchParams(form).toString(),
      }),
    async addUser(username, rest = {}) {
      const credentials = [{ type: "password", value: password, temporary: false }]
      const answer = await admin("POST", "/users", { username, enabled: true, credentials, ...rest })
      if (answer.status !== 201) throw new Error(`no user was made: ${answer.status} ${answer.text}`)
      return userId(username)
    },
    userinfo: async (token) => (await ask(endpoint("userinfo"), { token })).status,
  }
}

/** A call below `/admin/realms` with the credentials of the plane. */
export async function adminCall(
  plane: SharedPlane,
  method: string,
  path: string,
  json?: unknown,
): Promise<Answer> {
  if (administrator === undefined || administrator.until < Date.now()) administrator = await logIn(plane)
  return callAdmin(plane, administrator.token, method, path, json)
}

/** The token of the plane's administrator, used for as long as it is surely good. In milliseconds since the epoch. */
let administrator: { readonly token: string; readonly until: number } | undefined
const marginMilliseconds = 10_000

async function logIn(plane: SharedPlane): Promise<{ token: string; until: number }> {
  const { identity } = plane.plane.credentials
  const answer = await ask(`${identityUrl(plane)}/realms/master/protocol/openid-connect/token`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: identity?.clientId ?? "",
      client_secret: identity?.clientSecret ?? "",
    }).toString(),
  })
  const { access_token: token, expires_in } = answer.json as { access_token: string; expires_in: number }
  return { token, until: Date.now() + expires_in * 1000 - marginMilliseconds }
}

/** A call below `/admin/realms` with this token. */
export function callAdmin(
  plane: SharedPlane,
  token: string,
  method: string,
  path: string,
  json?: unknown,
): Promise<Answer> {
  return ask(`${identityUrl(plane)}/admin/realms${path}`, {
    method,
    token,
    ...(json === undefined ? {} : { json }),
  })
}

/** Where the identity engine of the plane answers. */
export function identityUrl({ demo }: SharedPlane): string {
  return new URL(demo.platform.issuer).origin
}

function representation(realm: string): Json {
  const credentials = [{ type: "password", value: password, temporary: false }]
  return {
    realm,
    enabled: true,
    bruteForceProtected: true,
    failureFactor: 100,
    revokeRefreshToken: true,
    clients: [
      {
        clientId: "app",
        publicClient: true,
        redirectUris: ["http://127.0.0.1/callback"],
        attributes: { "post.logout.redirect.uris": "http://127.0.0.1/bye" },
      },
      {
        clientId: "backend",
        secret: backendSecret,
        serviceAccountsEnabled: true,
        redirectUris: ["http://127.0.0.1/callback"],
      },
    ],
    users: ["ada", "grace"].map((username) => ({
      username,
      email: `${username}@${realm}.example`,
      enabled: true,
      credentials,
    })),
  }
}
