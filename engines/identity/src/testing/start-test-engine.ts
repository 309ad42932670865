import { Secret } from "@gatehouse/kernel"
import { createTestDatabase, findFreePort } from "@gatehouse/postgres/testing"
import { createLogger } from "@gatehouse/telemetry"
import { createIdentityEngine } from "../create-identity-engine.ts"
import { testRealm } from "./test-realm.ts"

/** An engine on a database of its own, over real HTTP. */
export interface TestEngine {
  readonly url: string
  /** The token endpoint's answer for the bootstrap client, in the realm `master`. */
  adminToken(): Promise<string>
  /** A call to the Admin API as platform administrator. */
  admin(method: string, path: string, body?: unknown): Promise<Response>
  /** Makes a realm from `testRealm`. */
  createRealm(name: string, more?: Record<string, unknown>): Promise<void>
  /** The id of a user. */
  userId(realm: string, username: string): Promise<string>
  /** The representation of a client. */
  client(realm: string, clientId: string): Promise<{ id: string } & Record<string, unknown>>
  issuer(realm: string): string
  /** `<issuer>/protocol/openid-connect/<name>` */
  endpoint(realm: string, name: string): string
  close(): Promise<void>
}

const bootstrapSecret = "bootstrap-secret-of-the-tests-only"

/** Starts an engine; `publicUrl` where it is to believe itself behind another address. */
export async function startTestEngine(options: { publicUrl?: string } = {}): Promise<TestEngine> {
  const database = await createTestDatabase()
  const port = await findFreePort()
  const url = `http://localhost:${port}`
  const engine = await createIdentityEngine({
    databaseUrl: database.url,
    port,
    publicUrl: options.publicUrl ?? url,
    bootstrap: { clientId: "bootstrap", clientSecret: new Secret(bootstrapSecret) },
    encryptionKey: new Secret("an encryption key of the tests, long enough"),
    logger: createLogger({ name: "identity-tests", level: "error" }),
  })
  const issuer = (realm: string) => `${url}/realms/${realm}`
  const endpoint = (realm: string, name: string) => `${issuer(realm)}/protocol/openid-connect/${name}`
  const adminToken = async () => {
    const answer = await fetch(endpoint("master", "token"), {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: "bootstrap",
        client_secret: bootstrapSecret,
      }),
    })
    const body = (await answer.json()) as { access_token: string }
    return body.access_token
  }
  const admin = async (method: string, path: string, body?: unknown) =>
    fetch(`${url}/admin/realms${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await adminToken()}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const first = async (path: string) => {
    const [found] = (await (await admin("GET", path)).json()) as ({ id: string } & Record<string, unknown>)[]
    if (!found) throw new Error(`nothing at ${path}`)
    return found
  }
  return {
    url,
    adminToken,
    admin,
    issuer,
    endpoint,
    async createRealm(name, more) {
      const answer = await admin("POST", "", testRealm(name, more))
      if (answer.status !== 201) throw new Error(`realm not made: ${answer.status} ${await answer.text()}`)
    },
    userId: async (realm, username) => (await first(`/${realm}/users?username=${username}&exact=true`)).id,
    client: (realm, clientId) => first(`/${realm}/clients?clientId=${clientId}`),
    async close() {
      await engine.close()
      await database.drop()
    },
  }
}
