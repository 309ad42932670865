import { randomBytes, randomUUID } from "node:crypto"
import { type Answer, ask } from "../../tests/support/http.ts"
import { postForm } from "../../tests/support/login.ts"
import { addressOf, plane } from "./plane.ts"

/** The identity Admin API, with the plane's own administrator. */
export async function asAdministrator(
  method: "GET" | "POST" | "PUT" | "DELETE",
  path: string,
  json?: unknown,
): Promise<Answer> {
  return ask(`${addressOf("identity")}/admin/realms${path}`, {
    method,
    token: await administratorToken(),
    ...(json === undefined ? {} : { json }),
  })
}

/** A user of a test's own, who can log in and is in no group. */
export interface OwnUser {
  readonly id: string
  readonly username: string
  readonly password: string
}

export async function createUser(realm: string, changes: Record<string, unknown> = {}): Promise<OwnUser> {
  const username = `attack-${randomUUID()}`
  const password = randomBytes(12).toString("base64url")
  const answer = await asAdministrator("POST", `/${realm}/users`, {
    username,
    email: `${username}@attack.example`,
    emailVerified: true,
    firstName: "Attack",
    lastName: "Test",
    enabled: true,
    credentials: [{ type: "password", value: password, temporary: false }],
    ...changes,
  })
  return { id: idFrom(answer), username, password }
}

/** A confidential client of a test's own, with a service account. */
export interface OwnClient {
  readonly id: string
  readonly clientId: string
  readonly secret: string
}

export async function createClient(realm: string, changes: Record<string, unknown> = {}): Promise<OwnClient> {
  const clientId = `attack-${randomUUID()}`
  const secret = randomBytes(24).toString("base64url")
  const answer = await asAdministrator("POST", `/${realm}/clients`, {
    clientId,
    secret,
    publicClient: false,
    standardFlowEnabled: false,
    directAccessGrantsEnabled: false,
    serviceAccountsEnabled: true,
    ...changes,
  })
  return { id: idFrom(answer), clientId, secret }
}

/** The internal address of governance, which no file tells: clients are told to report the end of sessions there. */
export async function governanceAddress(): Promise<string> {
  const { json } = await asAdministrator("GET", "/acme/clients?clientId=gatehouse-portal")
  const [client] = json as { attributes: Record<string, string> }[]
  return new URL(client?.attributes["backchannel.logout.url"] ?? "").origin
}

async function administratorToken(): Promise<string> {
  const { clientId, clientSecret } = plane.credentials.identity ?? {}
  const { json } = await postForm(`${addressOf("identity")}/realms/master/protocol/openid-connect/token`, {
    grant_type: "client_credentials",
    client_id: clientId ?? "",
    client_secret: clientSecret ?? "",
  })
  return (json as { access_token: string }).access_token
}

function idFrom({ status, text, headers }: Answer): string {
  if (status !== 201) throw new Error(`the Admin API answered ${status}: ${text}`)
  return String(headers.location).split("/").at(-1) ?? ""
}
