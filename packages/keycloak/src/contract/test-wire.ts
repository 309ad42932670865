import { revealSecret, Secret } from "@gatehouse/kernel"
import { expect } from "vitest"
import type { IdentityServerOptions } from "../wire/admin-wire.ts"

/** The wire as it is, without what the client makes of it. */
export interface TestWire {
  /** Any answer. `path` is below the realm. */
  send(method: string, realm: string, path: string, body?: unknown): Promise<Response>
  /** The body of a 200. */
  read(realm: string, path: string): Promise<unknown>
  /** Expects a good answer. */
  change(method: string, realm: string, path: string, body?: unknown): Promise<Response>
  client(realm: string, clientId: string): Promise<{ readonly id: string } & Record<string, unknown>>
  /** A GET below the realm without any credential. */
  anonymous(realm: string, path: string): Promise<Response>
  /** A call by another realm's service account, whose secret the administrator reads. */
  as(home: string, clientId: string, method: string, realm: string, path: string): Promise<Response>
  serviceTokenClaims(realm: string, clientId: string, secret: Secret): Promise<Record<string, unknown>>
}

export function createTestWire({
  url,
  credentials,
}: Pick<IdentityServerOptions, "url" | "credentials">): TestWire {
  const token = async (realm: string, clientId: string, secret: Secret): Promise<string> => {
    const answer = await fetch(`${url}/realms/${realm}/protocol/openid-connect/token`, {
      method: "POST",
      body: new URLSearchParams({
        grant_type: "client_credentials",
        client_id: clientId,
        client_secret: revealSecret(secret),
      }),
    })
    expect(answer.status).toBe(200)
    return ((await answer.json()) as { access_token: string }).access_token
  }
  const sendWith = (
    bearer: string | undefined,
    method: string,
    realm: string,
    path: string,
    body?: unknown,
  ) =>
    fetch(`${url}/admin/realms/${realm}${path}`, {
      method,
      headers: {
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    })
  const { clientId: administrator, clientSecret, realm: home } = credentials
  const send: TestWire["send"] = async (method, realm, path, body) =>
    sendWith(await token(home, administrator, clientSecret), method, realm, path, body)
  const read: TestWire["read"] = async (realm, path) => {
    const answer = await send("GET", realm, path)
    expect(answer.status).toBe(200)
    return answer.json()
  }
  const client: TestWire["client"] = async (realm, clientId) => {
    const [found] = (await read(realm, `/clients?clientId=${clientId}`)) as [{ id: string }]
    return found
  }
  return {
    send,
    read,
    async change(method, realm, path, body) {
      const answer = await send(method, realm, path, body)
      expect(answer.status, `${method} ${path}`).toBeLessThan(300)
      return answer
    },
    client,
    anonymous: (realm, path) => sendWith(undefined, "GET", realm, path),
    async as(ofRealm, clientId, method, realm, path) {
      const { id } = await client(ofRealm, clientId)
      const { value } = (await read(ofRealm, `/clients/${id}/client-secret`)) as { value: string }
      return sendWith(await token(ofRealm, clientId, new Secret(value)), method, realm, path)
    },
    async serviceTokenClaims(realm, clientId, secret) {
      const [, payload = ""] = (await token(realm, clientId, secret)).split(".")
      return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"))
    },
  }
}
