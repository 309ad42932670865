import { generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto"
import { createServer, type RequestListener } from "node:http"
import type { AddressInfo } from "node:net"
import type { OrganizationId } from "@gatehouse/contracts"
import { type Clock, nowSeconds, systemClock } from "@gatehouse/kernel"
import { type JWTPayload, SignJWT } from "jose"
import type { IssuerEntry, IssuerRegistry, PinnedAlgorithm } from "../access-token/issuer-registry.ts"

/** The audience of the tokens that a test realm issues. */
export const testAudience = "gatehouse-api"

/** An issuer for tests: real keys, and a real HTTP server on loopback that publishes them. */
export interface TestRealm {
  readonly entry: IssuerEntry
  readonly keyId: string
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
  /** How often the key set was asked for. */
  readonly fetches: number
  /** The claims of a user's token, as a realm of the platform issues it. */
  claims(changes?: Record<string, unknown>): JWTPayload
  /** Signs a token. A change to undefined leaves the claim or header out. */
  token(changes?: Record<string, unknown>, header?: Record<string, unknown>): Promise<string>
  /** From now on signs and publishes with a new key alone. */
  rotate(): void
  /** From now on the key set's address answers so; undefined makes it whole again. */
  answerKeysWith(listener: RequestListener | undefined): void
  close(): Promise<void>
}

export interface TestRealmOptions {
  readonly organization: string
  readonly algorithm?: PinnedAlgorithm
  readonly clock?: Clock
}

/** Starts a realm's issuer on a free loopback port. */
export async function createTestRealm(options: TestRealmOptions): Promise<TestRealm> {
  const { algorithm = "RS256", clock = systemClock } = options
  const organization = options.organization as OrganizationId
  let key = newKey(algorithm)
  let fetches = 0
  let replacement: RequestListener | undefined
  const server = createServer((request, response) => {
    fetches += 1
    if (replacement) return replacement(request, response)
    const jwk = { ...key.publicKey.export({ format: "jwk" }), kid: key.keyId, use: "sig", alg: algorithm }
    response.setHeader("content-type", "application/json").end(JSON.stringify({ keys: [jwk] }))
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const issuer = `${origin}/realms/${organization}`
  const entry = { issuer, organization, jwksUri: `${issuer}/protocol/openid-connect/certs`, algorithm }

  function claims(changes: Record<string, unknown> = {}): JWTPayload {
    const now = nowSeconds(clock)
    return withChanges({ ...userClaims(issuer, organization), iat: now, exp: now + 300 }, changes)
  }

  return {
    entry,
    get keyId() {
      return key.keyId
    },
    get privateKey() {
      return key.privateKey
    },
    get publicKey() {
      return key.publicKey
    },
    get fetches() {
      return fetches
    },
    claims,
    token: (changes, header = {}) =>
      new SignJWT(claims(changes))
        .setProtectedHeader({
          alg: algorithm,
          ...withChanges({ typ: "JWT", kid: key.keyId }, header),
        })
        .sign(key.privateKey),
    rotate() {
      key = newKey(algorithm)
    },
    answerKeysWith(listener) {
      replacement = listener
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** A registry of exactly these realms. */
export function registryOf(...realms: readonly Pick<TestRealm, "entry">[]): IssuerRegistry {
  return { byIssuer: async (issuer) => realms.find((realm) => realm.entry.issuer === issuer)?.entry }
}

function userClaims(issuer: string, organization: string): JWTPayload {
  return {
    iss: issuer,
    sub: randomUUID(),
    aud: testAudience,
    typ: "Bearer",
    jti: `onrtac:${randomUUID()}`,
    sid: randomUUID(),
    azp: "gatehouse-portal",
    scope: "openid profile email",
    org_id: organization,
    tenant_id: organization,
    realm_access: { roles: ["developer"] },
    groups: ["/org-members"],
    preferred_username: "ada",
    email: "ada@example.com",
    name: "Ada Example",
  }
}

function withChanges(members: Record<string, unknown>, changes: Record<string, unknown>) {
  return Object.fromEntries(
    Object.entries({ ...members, ...changes }).filter(([, value]) => value !== undefined),
  )
}

function newKey(algorithm: PinnedAlgorithm) {
  const pair =
    algorithm === "RS256"
      ? generateKeyPairSync("rsa", { modulusLength: 2048 })
      : generateKeyPairSync("ec", { namedCurve: "P-256" })
  return { ...pair, keyId: randomUUID() }
}
